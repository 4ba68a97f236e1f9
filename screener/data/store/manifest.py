"""What a table consists of: the one file whose replacement makes a change of several partitions count."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from screener.errors import DataError
from screener.i18n import _

FORMAT = 1
SUM = 32
"""Digits of one of a partition's sums."""


class DamagedError(DataError):
    """A manifest that is missing, or not as it was written: only the partitions can tell what there is."""


class MismatchError(Exception):
    """A file is not, or no longer, the one that the manifest names."""


@dataclass(frozen=True)
class Partition:
    """One year of a table."""

    year: int
    rows: int
    bytes: int
    sha256: str
    """Of the whole file, in hex."""
    sums: str
    """Of each column of each row group, in the file's order, and of the footer: 32 digits of the sha256 of each."""
    sessions: Mapping[date, datetime]
    """The sessions that have rows, and when each was fetched last."""

    @property
    def content(self) -> str:
        """The sums of its columns alone: equal rows give equal ones, whenever they were fetched."""
        return self.sums[:-SUM]

    @property
    def name(self) -> str:
        """The file, relative to the table's directory."""
        return f"year={self.year}/part-0.parquet"

    @property
    def staged(self) -> str:
        """The same until it takes the place of its predecessor."""
        return f"year={self.year}/_staged-{self.sha256[:12]}"


@dataclass(frozen=True)
class Asked:
    """What was asked of a source about one ticker or index; it may have no rows in a part of that, or in all of it."""

    first: date
    last: date
    fetched: datetime


@dataclass(frozen=True)
class Manifest:
    """A table at one moment."""

    partitions: Mapping[int, Partition] = field(default_factory=dict)
    """By year."""
    coverage: Mapping[str, Asked] = field(default_factory=dict)
    """By ticker or index, of tables that are fetched as histories."""
    closed: Mapping[date, datetime] = field(default_factory=dict)
    """Days that were asked for and turned out to be no sessions, and when; of tables that are fetched by session."""

    @property
    def sessions(self) -> dict[date, datetime]:
        """The sessions of all years, ascending, and when each was fetched last."""
        return dict(sorted((day, at) for one in self.partitions.values() for day, at in one.sessions.items()))

    def to_bytes(self) -> bytes:
        """The manifest as a file; equal manifests give equal bytes."""
        return seal(
            {
                "format": FORMAT,
                "partitions": {
                    str(year): {
                        "rows": one.rows,
                        "bytes": one.bytes,
                        "sha256": one.sha256,
                        "sums": one.sums,
                        "staged": one.staged,
                        "sessions": times(one.sessions),
                    }
                    for year, one in self.partitions.items()
                },
                "coverage": {
                    key: [one.first.isoformat(), one.last.isoformat(), one.fetched.isoformat()]
                    for key, one in self.coverage.items()
                },
                "closed": times(self.closed),
            }
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> Manifest:
        """Read what `to_bytes` wrote.

        Raises:
            ValueError: not one byte more, less or different is let pass.
            DataError: a later screener has written it.
        """
        content = unseal(data)
        if content["format"] != FORMAT:
            raise DataError(
                "has format {found}, this screener knows {known}",
                hint="update it",
                found=content["format"],
                known=FORMAT,
            )
        return cls(
            {
                int(year): Partition(
                    int(year), one["rows"], one["bytes"], one["sha256"], one["sums"], from_times(one["sessions"])
                )
                for year, one in content["partitions"].items()
            },
            {
                key: Asked(date.fromisoformat(first), date.fromisoformat(last), datetime.fromisoformat(fetched))
                for key, (first, last, fetched) in content["coverage"].items()
            },
            from_times(content["closed"]),
        )


def seal(content: object) -> bytes:
    """Content as JSON, under a checksum of itself."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    return b'{"sha256":"%s","content":%s}\n' % (hashlib.sha256(text).hexdigest().encode(), text)


def unseal(data: bytes) -> Any:
    """What `seal` was given.

    Raises:
        ValueError: the bytes are not those that `seal` made.
    """
    text = data[len(b'{"sha256":"","content":') + 64 : -2]
    head = b'{"sha256":"%s","content":' % hashlib.sha256(text).hexdigest().encode()
    if data != head + text + b"}\n":
        raise ValueError(_("fails its checksum"))
    return json.loads(text)


def times(days: Mapping[date, datetime]) -> dict[str, str]:
    """Days and times as JSON holds them."""
    return {day.isoformat(): at.isoformat() for day, at in days.items()}


def from_times(written: Mapping[str, str]) -> dict[date, datetime]:
    """What `times` was given."""
    return {date.fromisoformat(day): datetime.fromisoformat(at) for day, at in written.items()}
