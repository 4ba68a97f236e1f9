"""What the frames and dates of a notebook hold: dates for sessions, float64 for values, and the signs of what is wrong.

Each check refuses with one line that names the first offending value and what mends it.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from screener.study import Bools, Floats

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}|\d{8}")
_HOME = "Asia/Seoul"
_LARGE = 0.10
"""No security has a typical move of more in a session; in percent, all but a money market fund's have."""
_SEVERAL = 20
"""Values that do not all have one sign by chance, and sessions whose days of the week show a pattern."""
_LONG = 100
"""Sessions from which it shows that a benchmark goes with the returns of the session beside it."""
_ELSEWHERE, _CLOSER = 0.35, 0.30
"""Correlation with the session beside, and by how much it is above that with the same session, of shifted dates."""


def day_of(when: Any, argument: str = "event_date") -> pd.Timestamp:
    """A date as it is written, at midnight without a zone."""
    how = f"{argument}={when!r}: write the day as '2025-01-27'"
    if isinstance(when, str):
        if not _ISO.match(when):
            raise ValueError(how)
    elif not isinstance(when, date | np.datetime64):
        raise ValueError(how)  # noqa: TRY004
    try:
        moment = pd.Timestamp(when)
    except ValueError:
        raise ValueError(how) from None
    if pd.isna(moment):
        raise ValueError(how)
    if moment != moment.normalize():
        raise ValueError(
            f"{argument}={when!r} has a time of day: give the first day whose close could react, which is the next "
            "one for news after the close (KRX: 15:30)"
        )
    return moment.tz_localize(None)


def sessions_of(index: pd.Index, name: str) -> pd.DatetimeIndex:
    """The dates of an index as they are written, each once, at midnight without a zone."""
    if index.nlevels > 1:
        raise ValueError(f"{_has(name)} an index of {index.nlevels} levels: one row a session: {name}.unstack()")
    if isinstance(index, pd.PeriodIndex):
        index = index.to_timestamp()
    written = index if isinstance(index, pd.DatetimeIndex) else _read_dates(index, name)
    if written.hasnans:
        raise ValueError(f"{_has(name)} a session without a date: {name} = {name}[{name}.index.notna()]")
    days = written.tz_localize(None).as_unit("ns")
    if (days != days.normalize()).any():
        _refuse_times(written, name)
    if days.has_duplicates:
        raise ValueError(f"{_has(name)} the session {days[days.duplicated()][0].date()} twice")
    _check_weekdays(days, name)
    return days


def _read_dates(index: pd.Index, name: str) -> pd.DatetimeIndex:
    entries = index.tolist()
    if entries and all(isinstance(entry, date) or _ISO.fullmatch(str(entry)) for entry in entries):
        texts = [str(entry) for entry in entries]
        try:
            return pd.DatetimeIndex(pd.to_datetime(entries if isinstance(entries[0], date) else texts))
        except (ValueError, TypeError):
            pass
    if isinstance(index, pd.RangeIndex) or not entries:
        how = f"{name}.set_index(...) with the column of dates"
    else:
        how = f"it begins with {entries[0]!r}; {name}.index = pd.to_datetime({name}.index, format=...)"
    raise ValueError(f"{_need(name)} a DatetimeIndex of sessions, not {type(index).__name__}: {how}")


def _refuse_times(written: pd.DatetimeIndex, name: str) -> None:
    """Sessions are dates; a time of day says that somebody moved them, or that there are several rows a session."""
    zone = "" if written.tz is None else f" {written.tz}"
    at_home = (written.tz_localize("UTC") if written.tz is None else written).tz_convert(_HOME)
    first = written[written != written.normalize()][0]
    if (at_home == at_home.normalize()).all():
        begin = "" if written.tz is not None else ".tz_localize('UTC')"
        raise ValueError(
            f"{_has(name)} a session at {first:%Y-%m-%d %H:%M}{zone}, which is midnight of {at_home[0].date()} in "
            f"Seoul: {name}.index = {name}.index{begin}.tz_convert('{_HOME}')"
        )
    raise ValueError(
        f"{_has(name)} a session at {first:%Y-%m-%d %H:%M}{zone}: one row a session, under its date: "
        f"{name}.index = {name}.index.normalize() if these dates are the exchange's"
    )


def _check_weekdays(days: pd.DatetimeIndex, name: str) -> None:
    on = np.bincount(days.dayofweek, minlength=7)
    if len(days) < _SEVERAL or not on[5:].any():
        return
    if not on[4] and not on[5]:
        raise ValueError(
            f"{_has(name)} sessions on Sundays and none on Fridays: the dates are a day early, as after a conversion "
            f"to UTC: {name}.index = {name}.index + pd.Timedelta(days=1)"
        )
    if not on[0] and not on[6]:
        raise ValueError(
            f"{_has(name)} sessions on Saturdays and none on Mondays: the dates are a day late: "
            f"{name}.index = {name}.index - pd.Timedelta(days=1)"
        )
    if on[5] and on[6]:
        raise ValueError(
            f"{_has(name)} rows on Saturdays and Sundays, which are not sessions: "
            f"{name} = {name}[{name}.index.dayofweek < 5]"
        )


def numbers_of(frame: pd.DataFrame, name: str) -> Floats:
    """The values as float64; what is missing in whatever way is NaN."""
    try:
        values = frame.to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError):
        for column in frame:
            for session, value in frame[column].items():
                if isinstance(value, str) or not np.isscalar(value):
                    raise ValueError(
                        f"{_of(name, column)} on {shown(session)} {_is(name)} {value!r}: give numbers"
                    ) from None
        raise
    infinite = np.argwhere(np.isinf(values))
    if len(infinite):
        row, column = infinite[0]
        where = f"{_of(name, frame.columns[column])} on {shown(frame.index[row])}"
        raise ValueError(f"{where} {_is(name)} infinite, as after a price of 0")
    return values


def check_scale(frame: pd.DataFrame, name: str) -> None:
    """Returns are decimals: price levels, gross returns and percentages are something else by a factor of 100."""
    values = frame.to_numpy()
    known, moved = np.isfinite(values).sum(axis=0), (np.abs(values) > 0).sum(axis=0)

    def reject(which: Bools, what: str, mend: str) -> None:
        if which.any():
            column = int(np.flatnonzero(which)[0])
            label = _of(name, frame.columns[column]) + (f" and {which.sum() - 1} more" if which.sum() > 1 else "")
            own = values[np.isfinite(values[:, column]), column]
            figures = {"low": own.min(), "high": own.max(), "typical": np.median(np.abs(own[own != 0]))}
            raise ValueError(f"{label} {_is(name)} {what.format(**figures)}: {mend}")

    positive = (known >= _SEVERAL) & ~(values < 0).any(axis=0) & ((values > 0).sum(axis=0) > known / 2)
    beside_one = positive & ((np.abs(values - 1.0) < 0.5).sum(axis=0) == known)
    gross = np.array([beside and _forgets(own) for beside, own in zip(beside_one, values.T, strict=True)])
    reject(gross, "gross returns ({low:.3f} to {high:.3f}, about 1)", f"{name} = {name} - 1")
    reject(
        positive,
        "price levels ({low:,.6g} to {high:,.6g}, all above 0)",
        f"{name} = {name}.pct_change(fill_method=None)",
    )
    large = (np.abs(values) > _LARGE).sum(axis=0)
    reject(
        (moved >= _SEVERAL // 2) & (large > moved / 2),
        "percentages or differences (a typical one is {typical:.3g})",
        f"1% is 0.01 here, {name} = {name} / 100",
    )
    reject(
        np.any(values < -1, axis=0),
        "below -1 ({low:.3g}), and nothing loses more than it is worth",
        f"1% is 0.01 here, {name} = {name} / 100",
    )


def _forgets(values: Floats) -> bool:
    """Whether (T,) values stray no further than they step, as gross returns do and price levels do not."""
    known = values[np.isfinite(values)]
    return bool(np.median(np.abs(np.diff(known))) > 0.5 * known.std())


def check_holidays(returns: pd.DataFrame, benchmarks: Floats) -> None:
    """A row of a day without trades would be counted as a session of the windows."""
    everything = np.column_stack([returns.to_numpy(), benchmarks])
    moved = np.abs(everything) > 0
    if not moved[:, returns.shape[1] :].any():
        return
    still = ~moved.any(axis=1)
    alive = np.flatnonzero(~still)
    still[: alive[0]] = False  # nothing has a return on the first day of prices
    still[alive[-1] + 1 :] &= np.isfinite(everything[alive[-1] + 1 :]).any(axis=1)  # days that are still to come
    if still.any():
        days = returns.index[still]
        more = f" and on {len(days) - 1} more days" if len(days) > 1 else ""
        raise ValueError(
            f"nothing moved on {days[0].date()}{more}, the benchmark included, as on a holiday: drop such rows, so "
            "that windows count sessions"
        )


def check_shift(returns: Floats, benchmark: Floats) -> None:
    """A benchmark whose dates are a session off looks like one that explains nothing."""
    count = np.isfinite(returns).sum(axis=1)
    mean = np.divide(np.nansum(returns, axis=1), count, out=np.full(len(count), np.nan), where=count > 0)
    same = _correlation(mean, benchmark)
    for other, word, lag in (
        (_correlation(mean[1:], benchmark[:-1]), "following", "1"),
        (_correlation(mean[:-1], benchmark[1:]), "preceding", "-1"),
    ):
        if abs(other) > _ELSEWHERE and abs(other) > abs(same) + _CLOSER:
            mend = f"shift it, benchmark = benchmark.shift({lag})"
            if other < 0:
                mend = "sort its levels by date, then compute its returns again"
            raise ValueError(
                f"benchmark goes with the returns of the {word} session (correlation {other:.2f}) and not with those "
                f"of the same one ({same:.2f}): {mend}"
            )


def _correlation(a: Floats, b: Floats) -> float:
    """0 where too few are known, or nothing varies."""
    known = np.isfinite(a) & np.isfinite(b)
    if known.sum() < _LONG or not a[known].std() > 0 or not b[known].std() > 0:
        return 0.0
    return float(np.corrcoef(a[known], b[known])[0, 1])


def _plural(name: str) -> bool:
    return name in ("returns", "factors")


def _has(name: str) -> str:
    return f"{name} have" if _plural(name) else f"{name} has"


def _need(name: str) -> str:
    return f"{name} need" if _plural(name) else f"{name} needs"


def _is(name: str) -> str:
    return "are" if _plural(name) else "is"


def _of(name: str, column: Any) -> str:
    return f"{name} of {column!r}" if _plural(name) else name


def shown(when: Any) -> str:
    return str(when.date()) if isinstance(when, pd.Timestamp) else str(when)
