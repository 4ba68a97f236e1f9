"""The pandas frames of an event study."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from screener.study import Floats, Ints
from screener.study.api import EventStudy
from screener.study.display import as_window
from screener.study.models import Model
from screener.study.parametric import mean
from screener.study.placebo import Placebo, benjamini_hochberg
from screener.study.portfolio import PortfolioTest, cross_section
from screener.study.study import Study

_THIN = "placebo dates are refitted by least squares only"
_LONG = 10
"""Calendar days without a session, beyond which no holiday goes."""


@dataclass(frozen=True)
class Tables:
    """The frames of a study of T sessions, N tickers, G groups and W windows; their columns are those of a report."""

    study: Study
    sessions: pd.Index
    """(T,) those that the returns have; the study may have more."""
    tickers: pd.Index
    """(N,)"""
    groups: Mapping[Any, Ints]
    """By name, its columns."""
    placebo: bool
    """Whether placebo sessions are wanted."""

    def result(self, pairs: Sequence[tuple[Any, Any]], asked: pd.Timestamp, *, grouped: bool) -> EventStudy:
        """All of them.

        Args:
            pairs: names of the groups that are compared.
            asked: the date of the event as the user gave it.
            grouped: whether the user named groups.
        """
        study, windows = self.study, self.study.windows
        span = slice(min(w.start for w in windows), max(w.stop for w in windows))
        tau = pd.RangeIndex(span.start - study.event, span.stop - study.event, name="tau")
        placebos: Sequence[Placebo | None] = [None for _ in windows]
        if self._ranked:
            placebos = study.placebos(list(self.groups.values()))
        spreads, draws = self._spreads(pairs)
        draws = [*self._draws(list(self.groups), placebos), *draws]
        skipped = pd.DataFrame(self._skipped(), columns=["ticker", "reason"])
        window = pd.Index(self._labels, name="window")
        return EventStudy(
            ar=pd.DataFrame(study.fit.abnormal[span], index=tau, columns=self.tickers),
            car=pd.DataFrame([result.car for result in study.results], index=window, columns=self.tickers),
            stocks=pd.concat([self._stocks(number) for number in range(len(windows))], ignore_index=True),
            groups=self._groups(placebos),
            spreads=spreads,
            paths=self._paths(),
            placebos=pd.concat(draws, ignore_index=True) if draws else pd.DataFrame(columns=list(_draw())),
            skipped=skipped,
            event_day=self.sessions[study.event],
            heading=self._heading(),
            notes=tuple(self._notes(asked, skipped)),
            _grouped=grouped,
        )

    @cached_property
    def _labels(self) -> list[str]:
        """(W,) such as [0,+5]."""
        event = self.study.event
        return [as_window(window.start - event, window.stop - 1 - event) for window in self.study.windows]

    @property
    def _ranked(self) -> bool:
        """Whether there are placebo sessions."""
        return self.placebo and not any(design.thin for design in self.study.designs)

    @cached_property
    def _raw(self) -> list[Floats]:
        """For each window, (N,) simple return over it; NaN if one of a session is missing."""
        return [np.prod(1.0 + self.study.returns[window], axis=0) - 1.0 for window in self.study.windows]

    def _stocks(self, number: int) -> pd.DataFrame:
        """All stocks in one window."""
        study, fitted = self.study, self.study.fit
        coefficients = dict(zip(("alpha", "beta"), fitted.coefficients, strict=False))
        return pd.DataFrame(
            {
                "window": self._labels[number],
                "ticker": self.tickers,
                "raw_return": self._raw[number],
                **study.stock_columns(number),
                "q": benjamini_hochberg(study.results[number].p),
                **(coefficients if study.refit.model is not Model.FACTORS else {}),
                "observations": fitted.observations,
            }
        )

    def _groups(self, placebos: Sequence[Placebo | None]) -> pd.DataFrame:
        """One row per window and group."""
        tests = self.study.tests(list(self.groups.values()), everything=True)
        raw, parts = self._raw, []
        for number, (label, placebo) in enumerate(zip(self._labels, placebos, strict=True)):
            rows = []
            primary = self._placebo(placebo, np.array([of_group[number].caar_ew for of_group in tests]))
            if placebo is not None:
                primary["q"], primary["p_family"] = placebo.corrected(np.ones(len(tests), dtype=np.bool_))
            elif self.placebo:
                primary["q"] = np.full(len(tests), np.nan)
            for place, (name, members) in enumerate(self.groups.items()):
                test, cross = tests[place][number], cross_section(raw[number][members])
                rows.append(
                    {
                        "window": label,
                        "group": name,
                        "n": test.n,
                        "n_window": test.n_window,
                        "mean_return_ew": cross.mean_ew,
                        "median_return": cross.median,
                        "breadth_up": cross.breadth_up,
                        "caar_ew": test.caar_ew,
                        "caar_cw": test.caar_cw,
                        **{column: values[place] for column, values in primary.items()},
                        **test.columns(),
                        "undefined": self._undefined(placebo, place, test.undefined),
                    }
                )
            parts.append(pd.DataFrame(rows))
        return pd.concat(parts, ignore_index=True)

    def _placebo(self, placebo: Placebo | None, caar: Floats) -> dict[str, Floats]:
        """The columns of the primary test of P portfolios, with its interval around their `caar` (P,)."""
        if placebo is not None:
            return placebo.columns(caar)
        names = ("ci_low", "ci_high", "z_ewma", "placebo_rank", "placebo_n", "placebo_p") if self.placebo else ()
        return {name: np.full(len(caar), np.nan) for name in names}

    def _undefined(self, placebo: Placebo | None, place: int, reasons: Sequence[tuple[str, str]]) -> str:
        why = placebo.reason[place] if placebo is not None else _THIN
        primary = [("placebo_p", why)] if self.placebo and why else []
        return "; ".join(f"{column}: {reason}" for column, reason in (*primary, *reasons) if reason)

    def _spreads(self, pairs: Sequence[tuple[Any, Any]]) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
        """One row per window and pair of groups, and the placebo sessions of each."""
        rows, draws, study = [], [], self.study
        for a, b in pairs:
            name, one, other = f"{a} - {b}", self.groups[a], self.groups[b]
            found: Sequence[tuple[PortfolioTest, Placebo | None]]
            if self._ranked:
                found = study.spreads(one, other)
            else:
                found = [(test, None) for test in study.spread_tests(one, other)]
            draws += self._draws([name], [placebo for _, placebo in found])
            for number, (test, placebo) in enumerate(found):
                of_a, of_b = (cross_section(self._raw[number][own]) for own in (one, other))
                car, kp = study.results[number].car, study.two_sample(one, other, number)
                caar = mean(car[one]) - mean(car[other])
                rows.append(
                    {
                        "window": self._labels[number],
                        "spread": name,
                        "group_a": a,
                        "group_b": b,
                        "n_a": of_a.n,
                        "n_b": of_b.n,
                        "mean_return_ew": of_a.mean_ew - of_b.mean_ew,
                        "caar_ew": caar,
                        **{column: values[0] for column, values in self._placebo(placebo, np.array([caar])).items()},
                        "t_portfolio": test.t,
                        "p_portfolio": test.p,
                        "t_kp": kp.t,
                        "p_kp": kp.p,
                        "r_ab": kp.r_ab,
                        **({"detectable": float(placebo.detectable()[0])} if placebo is not None else {}),
                        "undefined": self._undefined(placebo, 0, [("t_kp", kp.reason)]),
                    }
                )
        rows.sort(key=lambda row: self._labels.index(row["window"]))
        columns = None if rows else ["window", "spread", "group_a", "group_b", "caar_ew"]
        return pd.DataFrame(rows, columns=columns), draws

    def _draws(self, names: Sequence[Any], placebos: Sequence[Placebo | None]) -> list[pd.DataFrame]:
        """The placebo sessions of each series in each window."""
        parts = []
        for label, placebo in zip(self._labels, placebos, strict=True):
            if placebo is None:
                continue
            for name, caar, z in zip(names, placebo.placebo_caar.T, placebo.placebo_z.T, strict=True):
                known = np.isfinite(z)
                parts.append(
                    pd.DataFrame(_draw(label, name, self.sessions[placebo.dates[known]], caar[known], z[known]))
                )
        return parts

    def _paths(self) -> pd.DataFrame:
        """One row per group and session, from the base or the first window on."""
        study = self.study
        base, last = study.event - 1, min(max(window.stop for window in study.windows), len(self.sessions))
        rows = range(max(min(base, *(window.start for window in study.windows)), study.estimation.stop), last)
        half = np.full((len(rows), len(self.groups)), np.nan)
        if self._ranked:
            half = study.path_half_widths(list(self.groups.values()), rows)
        parts = []
        for (name, members), width in zip(self.groups.items(), half.T, strict=True):
            columns = study.path_columns(members, rows, width)
            if not columns["n"].any():
                columns |= dict.fromkeys(("caar", "ci_low", "ci_high"), np.full(len(rows), np.nan))
            parts.append(
                pd.DataFrame(
                    {
                        "group": [name] * len(rows),
                        "tau": np.arange(rows.start, rows.stop) - study.event,
                        "date": self.sessions[rows.start : rows.stop],
                        **columns,
                    }
                )
            )
        return pd.concat(parts, ignore_index=True)

    def _skipped(self) -> list[tuple[Any, str]]:
        skipped, fitted = [], self.study.fit
        length, min_obs = self.study.estimation.stop - self.study.estimation.start, fitted.min_obs
        for column, ticker in enumerate(self.tickers):
            if not np.isfinite(fitted.sigma[column]):
                days = int(fitted.observations[column])
                few = days < max(min_obs, fitted.parameters + 1)
                reason = f"{days} of {length} estimation sessions, needs {min_obs}"
                skipped.append((ticker, reason if few else "regressors are collinear"))
                continue
            if not fitted.sigma[column] > 0:
                skipped.append((ticker, "no variance in the estimation window"))
            for label, result in zip(self._labels, self.study.results, strict=True):
                if not np.isfinite(result.car[column]):
                    skipped.append((ticker, f"window {label} is not complete"))
        return skipped

    def _heading(self) -> str:
        study = self.study
        many = f"{len(self.tickers)} stocks" if len(self.tickers) > 1 else f"{self.tickers[0]}"
        learned = self.sessions[study.estimation]
        return (
            f"Event study of {self.sessions[study.event].date()}: {many}, model {str(study.refit.model)!r}, learned "
            f"from {len(learned)} sessions, {learned[0].date()} to {learned[-1].date()}"
        )

    def _notes(self, asked: pd.Timestamp, skipped: pd.DataFrame) -> list[str]:
        study, notes = self.study, []
        day, wanted = self.sessions[study.event], study.refit.estimation
        if day != asked:
            far = (day - asked).days
            notes.append(
                f"{asked.date()} was no session of the returns: tau = 0 is the next one, {day.date()}"
                + (f", {far} days later. Is something missing in between?" if far > _LONG else ".")
            )
        if (length := study.estimation.stop - study.estimation.start) < wanted:
            notes.append(f"The model learned from {length} sessions, not {wanted}: the returns begin too late.")
        cut = [label for label, w in zip(self._labels, study.windows, strict=True) if w.stop > len(self.sessions)]
        if cut:
            notes.append(f"The returns end on {self.sessions[-1].date()}, before {' and '.join(cut)}.")
        unknown = np.isnan(study.benchmarks[:, : len(self.sessions)])
        for label, window in zip(self._labels, study.windows, strict=True):
            rows = np.flatnonzero(unknown[:, window].any(axis=0))
            if rows.size:
                notes.append(f"The benchmark has no return on {self.sessions[window][rows[0]].date()}, in {label}.")
        if study.excluded and not self._ranked:
            notes.append("Other events are kept out of the placebo sessions, and there are none.")
        if few := skipped["ticker"].nunique():
            notes.append(f"{few} of {len(self.tickers)} stocks lack a figure: see .skipped.")
        if self.placebo and not self._ranked:
            notes.append(f"No placebo sessions for this model: {_THIN}.")
        return notes


def _draw(window: str = "", series: Any = None, date: Any = (), caar: Any = (), z_ewma: Any = ()) -> dict[str, Any]:
    """The columns of one series' placebo sessions in one window."""
    return {"window": window, "series": [series] * len(date), "date": date, "caar": caar, "z_ewma": z_ewma}
