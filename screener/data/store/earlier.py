"""The layout of stores that screeners before 0.2 wrote: one file a year, and a manifest of them all beside it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from screener.data.store.parquet import Coverage, conform
from screener.data.store.place import Place
from screener.krx.tables import TableKind

MANIFEST = "_manifest.json"
_FILE = re.compile(r"_manifest\.new|year=\d{4}/(part-0\.parquet|_staged-[0-9a-f]{12})")
_SEALED = re.compile(rb'\{"sha256":"([0-9a-f]{64})","content":(.*)\}\n', re.DOTALL)

Content = tuple[pa.Table, dict[date, datetime], dict[date, datetime], dict[str, Coverage]]


def is_file(name: str) -> bool:
    """Whether a file of a table is of this layout."""
    return name == MANIFEST or _FILE.fullmatch(name) is not None


def load(place: Place, folder: str, names: Collection[str], kind: TableKind) -> Content:
    """Rows, fetch times, closed days and coverage of a table; a damaged part of it is left out, and fetched again.

    Raises:
        DataError: the place cannot be read.
    """
    manifest: dict[str, Any] = {}
    with suppress(ValueError, FileNotFoundError):
        manifest = _unsealed(place.read(f"{folder}/{MANIFEST}").to_pybytes())
    known = manifest.get("partitions", {})
    years = sorted({*known, *(name[5:9] for name in names if name.endswith("part-0.parquet"))})
    parts, lost = [kind.schema.empty_table()], set()
    fetched: dict[date, datetime] = {}
    for year in years:
        # A change counted with the manifest, and could be cut short before the file was in its place.
        staged = [known[year]["staged"]] if year in known else []
        for name in (*staged, f"year={year}/part-0.parquet"):
            with suppress(ValueError, OSError, pa.ArrowException):
                rows, times = _partition(place.read(f"{folder}/{name}"), known.get(year, {}).get("sha256"))
                parts.append(conform(rows, kind))
                fetched |= times
                break
        else:
            lost.add(int(year))
    coverage = {
        key: Coverage(date.fromisoformat(first), date.fromisoformat(last), datetime.fromisoformat(at))
        for key, (first, last, at) in manifest.get("coverage", {}).items()
        # Nobody knows which histories had rows in a lost year.
        if lost.isdisjoint(range(int(first[:4]), int(last[:4]) + 1))
    }
    rows = pa.concat_tables(parts).unify_dictionaries().combine_chunks()
    return rows, fetched, _times(manifest.get("closed", {})), coverage


def _partition(data: pa.Buffer, sha256: str | None) -> tuple[pa.Table, dict[date, datetime]]:
    if sha256 is not None and hashlib.sha256(data).hexdigest() != sha256:
        raise ValueError
    # Without a manifest the checksums of the pages must do.
    file = pq.ParquetFile(pa.BufferReader(data), page_checksum_verification=True)
    return file.read(), _times(_unsealed((file.schema_arrow.metadata or {})[b"screener.fetched"]))


def _unsealed(data: bytes) -> Any:
    """What stands under a checksum of itself."""
    found = _SEALED.fullmatch(data)
    if found is None or hashlib.sha256(found[2]).hexdigest().encode() != found[1]:
        raise ValueError
    return json.loads(found[2])


def _times(written: Mapping[str, str]) -> dict[date, datetime]:
    return {date.fromisoformat(day): datetime.fromisoformat(at) for day, at in written.items()}
