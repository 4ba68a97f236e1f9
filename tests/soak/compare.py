"""Two plays beside each other, byte for byte; what differs is named, with what the faults hid."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.soak.play import Diary
from tests.soak.script import Script

OF_THE_RUN = ("status.json", "summary.txt", ".daily.json")
"""What tells of the last run, not of the market."""
FETCHED = re.compile(rb'downloaded \d{4}-\d\d-\d\d \d\d:\d\d KST|"fetched": "[^"]*"')
REVISED = ("revisions.csv", "run.json", "history.csv")
"""Files that tell how often a report was made."""


@dataclass
class Differences:
    """What was found, by report."""

    same: int = 0
    """Files that are the same, byte for byte."""
    fetched: set[str] = field(default_factory=set)
    """Reports that differ in when their last session was fetched, and in nothing else."""
    unseen: set[str] = field(default_factory=set)
    """Reports whose first figures, wrong ones, were seen in one play only: there they are a later revision."""
    wrong: list[str] = field(default_factory=list)
    """Everything else: none of it may be."""


def compare(calm: Path, rough: Path, script: Script, diary: Diary) -> Differences:
    """The reports of a play without a fault, and those of one with."""
    found = Differences()
    names = {path.relative_to(root) for root in (calm, rough) for path in root.rglob("*") if path.is_file()}
    for name in sorted(names):
        if name.name in OF_THE_RUN or "lock" in name.name:
            continue
        a, b = ((root / name).read_bytes() if (root / name).exists() else b"" for root in (calm, rough))
        report = str(name.parent)
        if a == b:
            found.same += 1
        elif name.name in REVISED and _told(name.name, a) == _told(name.name, b):
            # Once more than the other: somebody was off, or out of reach, when the wrong figures stood there.
            if name.name == "history.csv" or _figures_were_corrected(report, script):
                found.unseen.add(report)
            else:
                found.fetched.add(report)
        elif FETCHED.sub(b"", a) == FETCHED.sub(b"", b) and a and b:
            found.fetched.add(report)
        else:
            found.wrong.append(str(name))
    found.wrong += [f"{one}: nothing kept it from being fetched" for one in sorted(found.fetched) if not diary.struck]
    for root in (calm, rough):
        if (root / "latest").resolve().name != max(path.name for path in root.glob("20*")):
            found.wrong.append(f"{root}/latest")
    return found


def _figures_were_corrected(report: str, script: Script) -> bool:
    """Whether a figure that the report rests on was told wrong at first."""
    return any(str(one.day) <= report[:10] for one in script.market.corrections)


def _told(name: str, content: bytes) -> Any:
    """What a file says beside how often and when its report was made."""
    if name == "revisions.csv":
        return None
    if name == "history.csv":
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
        return [{column: cell for column, cell in row.items() if column != "revision"} for row in rows]
    if not content:
        return content
    record = json.loads(content)
    timed = ("report.txt", "report.html", "report.json", "revisions.csv")
    files = {one: known for one, known in record["files"].items() if one not in timed}
    # A report that is made up for is made under what is configured by then.
    return {**record, "revision": None, "config": sorted(record["config"]), "files": files}
