"""What has to be measured of placed events: portfolios of each session, groups of them, slices of the calendar."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise

import numpy as np

from screener.pooled.placing import Placed
from screener.pooled.slices import Pool, Slice
from screener.report.model import ALL
from screener.study import Ints
from screener.study.units import Plan

_SESSIONS, _UNITS = 250, 400
"""Of a slice, at most: about a year, beside the two before it that it has to read, and some seconds of work."""
Key = tuple[int, bytes]
"""A session, and columns: what is measured once however many rows and groups ask for it."""


@dataclass(frozen=True, eq=False)
class Pools:
    """The used events of a study, and the groups that they form."""

    placed: Sequence[Placed]
    """All events, in the order of the file, those that are not used among them."""
    days: Sequence[date]
    """Every session that the prices reach over."""
    plan: Plan
    news: Sequence[date]
    """Sessions of the configured events: no ordinary ones."""

    @cached_property
    def used(self) -> list[int]:
        """Places of the used events."""
        return [number for number, one in enumerate(self.placed) if not one.reason]

    @cached_property
    def tickers(self) -> list[str]:
        """Every stock, in the order of its column."""
        return sorted({ticker for number in self.used for ticker in self.placed[number].members})

    @cached_property
    def groups(self) -> list[str]:
        """`ALL`, then the groups, those of the most events first."""
        counts = Counter(group for number in self.used if (group := self.placed[number].group))
        return [ALL, *sorted(counts, key=lambda group: (-counts[group], group))]

    @cached_property
    def columns(self) -> dict[int, Ints]:
        """By place of a used event, the columns of its stocks."""
        column = {ticker: place for place, ticker in enumerate(self.tickers)}
        return {
            number: np.array(sorted(column[ticker] for ticker in self.placed[number].members), dtype=np.int64)
            for number in self.used
        }

    def rows(self, group: str, window: range) -> list[int]:
        """Places of the events of a group that are measured over a window, by session."""
        taus = window.start, window.stop - 1
        inside = [
            number
            for number in self.used
            if group in (ALL, self.placed[number].group) and self.placed[number].row.window in (None, taus)
        ]
        return sorted(inside, key=lambda number: self.placed[number].session)

    @cached_property
    def shifted(self) -> list[range]:
        """Windows of the shift test: those of the plan, then those between the base and each tau of the paths."""
        path = self.plan.path
        return list(dict.fromkeys([*self.plan.windows, *(between(tau) for tau in path if tau != -1)]))

    @cached_property
    def span(self) -> range:
        """Sessions to which a shift may move an event: where each could be measured."""
        return range(self.plan.before, len(self.days) - self.plan.after)

    @property
    def pools(self) -> dict[tuple[int, ...], Pool]:
        """By its rows, each distinct set of them as portfolios."""
        return self._formed[0]

    @property
    def distinct(self) -> list[Ints]:
        """Columns of each distinct portfolio."""
        return self._formed[1]

    @cached_property
    def _formed(self) -> tuple[dict[tuple[int, ...], Pool], list[Ints]]:
        found: dict[tuple[int, ...], Pool] = {}
        numbers: dict[bytes, int] = {}
        for group in self.groups:
            for window in self.plan.windows:
                rows = tuple(self.rows(group, window))
                if not rows or rows in found:
                    continue
                by_session: dict[int, list[Ints]] = {}
                for number in rows:
                    by_session.setdefault(self.placed[number].session, []).append(self.columns[number])
                # A stock counts as often as rows have it.
                keys = [np.sort(np.concatenate(own)).tobytes() for own in by_session.values()]
                portfolios = [numbers.setdefault(key, len(numbers)) for key in keys]
                found[rows] = Pool(np.array(list(by_session)), np.array(portfolios))
        return found, [np.frombuffer(key, np.int64) for key in numbers]

    @cached_property
    def units(self) -> dict[Key, int]:
        """Everything that is measured on its own session, in the order of sessions: the rows, and the portfolios."""
        keys = {self.key(number) for number in self.used}
        keys.update(*(self._keys(pool) for pool in self.pools.values()))
        return {key: place for place, key in enumerate(sorted(keys))}

    def key(self, number: int) -> Key:
        """Of the event in that place."""
        return self.placed[number].session, self.columns[number].tobytes()

    def _keys(self, pool: Pool) -> list[Key]:
        """Of the portfolios of a pool."""
        return list(zip(pool.sessions.tolist(), (own.tobytes() for own in self.members(pool)), strict=True))

    def units_of(self, pool: Pool) -> Ints:
        """(D,) places among the units of the portfolios of a pool."""
        return np.array([self.units[key] for key in self._keys(pool)], dtype=np.int64)

    def members(self, pool: Pool) -> list[Ints]:
        """(D,) columns of the portfolios of a pool."""
        return [self.distinct[portfolio] for portfolio in pool.portfolios.tolist()]

    @cached_property
    def _sessions_of(self) -> Mapping[int, Sequence[int]]:
        """By column, the sessions on which an event concerns it."""
        sessions: dict[int, list[int]] = {}
        for number in self.used:
            for column in self.columns[number].tolist():
                sessions.setdefault(column, []).append(self.placed[number].session)
        return sessions

    def others(self, session: int, columns: Ints) -> tuple[int, ...]:
        """Sessions that are no ordinary ones for these stocks: windows of other events of at least half of them."""
        counted = Counter(other for column in columns.tolist() for other in set(self._sessions_of[column]))
        own = {other for other, count in counted.items() if 2 * count >= len(columns)} | self._news
        first = min(0, *(window.start for window in self.plan.windows))
        inside = {other + tau for other in own - {session} for tau in range(first, self.plan.after + 1)}
        return tuple(sorted(one for one in inside if 0 <= one < len(self.days)))

    @cached_property
    def _news(self) -> set[int]:
        known = {day: number for number, day in enumerate(self.days)}
        return {known[day] for day in self.news if day in known}

    def _cuts(self, sessions: Sequence[int]) -> list[int]:
        """Where slices begin, and where the last one ends; `sessions` are those of the units, ascending."""
        cuts, at = [self.span.start], np.array(sessions)
        while cuts[-1] < self.span.stop:
            end = min(cuts[-1] + _SESSIONS, self.span.stop)
            first = int(np.searchsorted(at, cuts[-1]))
            if first + _UNITS < len(at):
                # A session is never cut.
                end = min(end, max(int(at[first + _UNITS]), cuts[-1] + 1))
            cuts.append(end)
        return cuts

    def slices(self) -> Iterator[Slice]:
        """The study cut by sessions, the same whoever measures it."""
        pools, units = list(self.pools.values()), list(self.units)
        for begin, end in pairwise(self._cuts([session for session, _key in units])):
            own = [(session, np.frombuffer(key, np.int64)) for session, key in units if begin <= session < end]
            yield Slice(
                plan=self.plan,
                shifted=self.shifted,
                days=self.days,
                begin=begin,
                end=end,
                span=self.span,
                portfolios=self.distinct,
                pools=pools,
                events=[(session, columns, self.others(session, columns)) for session, columns in own],
            )


def between(tau: int) -> range:
    """Sessions between the base and `tau`, as a window: what a path has summed there."""
    return range(tau + 1) if tau >= 0 else range(tau + 1, 0)


def overlaps(sessions: Sequence[int], length: int) -> list[int]:
    """For each event, how many others begin less than `length` sessions from it."""
    at = np.array(sessions, dtype=np.int64)
    ordered = np.sort(at)
    near = np.searchsorted(ordered, at + length) - np.searchsorted(ordered, at - length + 1)
    result: list[int] = (near - 1).tolist()
    return result
