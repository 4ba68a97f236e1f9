"""What the official services have in common: a key opens them, and they are asked for one day after the other."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import date
from typing import ClassVar

import pyarrow as pa

from screener.errors import DataError, NetworkError, TooEarlyError
from screener.i18n import _
from screener.krx.client import Client
from screener.krx.tables import Records, index_rows, market_rows

_INDEX_NAMES = {"KOSPI": "코스피", "KOSDAQ": "코스닥"}


class DailyService(ABC):
    """A source of whole sessions; `stocks` and `levels` give the records of a day, none of one without figures."""

    name: str
    title: ClassVar[str]
    """How messages call it."""
    publisher: ClassVar[str] = "KRX"
    """Who names its fields."""
    since: ClassVar[date]
    """First session that it has; of earlier days it knows nothing."""
    day_field: ClassVar[str]
    index_field: ClassVar[str]
    """Where the name of an index stands."""
    stock_fields: ClassVar[Mapping[str, str]]
    index_fields: ClassVar[Mapping[str, str]]
    requests_each = 5
    at_once = 20

    def __init__(self, key: str, client: Client) -> None:
        self.client = client
        self._key = key

    @abstractmethod
    def stocks(self, day: date) -> Records: ...

    @abstractmethod
    def levels(self, day: date) -> Records: ...

    def session(self, day: date) -> pa.Table:
        """MARKET rows of one day, in three requests; none if KRX did not trade, or until the figures are out.

        Raises:
            LoginError: the key is refused, or the account has not applied for the service.
            TooEarlyError: a day before the first one.
            DataError: half a market, or a form that is not known.
            NetworkError: no answer, another day's answer, or no more requests today.
        """
        if day < self.since:
            raise TooEarlyError(
                "{service} has no data for {day}",
                hint="it starts on {since}; remove earlier events from events.toml, or use another --source",
                service=self.title,
                day=day,
                since=self.since,
            )
        return market_rows(day, self.stocks(day), self.stock_fields, self.publisher)

    def indices(self, days: Sequence[date]) -> pa.Table:
        """INDICES rows of KOSPI and KOSDAQ, in two requests a day; none of a day without trading or before the first.

        Raises:
            LoginError, DataError, NetworkError: as `session`.
        """
        tables = [index_rows(index, [], self.index_fields) for index in _INDEX_NAMES]
        for day in days:
            records = self.levels(day) if day >= self.since else []
            for index, name in _INDEX_NAMES.items() if records else ():
                level = [record for record in records if record.get(self.index_field) == name]
                if len(level) != 1:
                    raise DataError(
                        "{service} lists {name} {count} times among the indices of {day}",
                        hint="check for a newer screener that supports the new name",
                        service=self.title,
                        name=name,
                        count=len(level),
                        day=day,
                    )
                tables.append(index_rows(index, level, self.index_fields, self.publisher))
        return pa.concat_tables(tables)

    @abstractmethod
    def try_key(self) -> None:
        """Ask for one table that has long been final, to see whether the key is taken.

        Raises:
            LoginError, NetworkError: as `session`.
        """

    def of_day(self, day: date, table: str, records: Records) -> Records:
        """The records, if they are those of `day`; `table` is how messages call what was asked for."""
        stamp = f"{day:%Y%m%d}"
        others = {str(record.get(self.day_field, _("no date"))) for record in records} - {stamp}
        if others:
            raise NetworkError(
                "{service}: {table} returns figures of {other} for {day}",
                hint="nothing was stored; try again later",
                service=self.title,
                table=table,
                other=min(others),
                day=day,
            )
        return records


def dropped(cause: str) -> str:
    """Why there was no answer; `cause` is what Python calls it."""
    known = {
        "gaierror": _("its name could not be resolved"),
        "ConnectionRefusedError": _("connection refused"),
        "TimeoutError": _("response timed out"),
        "SSLCertVerificationError": _("its certificate is not trusted"),
    }
    return known.get(cause) or _("the connection was dropped ({cause})", cause=cause)
