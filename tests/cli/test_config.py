"""What `screener events` prints."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from screener.cli.config import _event_table
from screener.config import load_settings
from screener.krx.calendar import Calendar
from screener.krx.hours import KST
from tests.conftest import Run
from tests.data.small import sessions, write_benchmark, write_config, write_prices


def test_events_by_the_calendar(tmp_path: Path) -> None:
    config = write_config(tmp_path)
    name = 'name = { ko = "가", en = "A" }'
    (config / "events.toml").write_text(
        f"[test]\n{name}\nnews = 2025-01-27\n"
        f"[late]\n{name}\nnews = 2025-02-04T16:10:00\n"
        f"[abroad]\n{name}\nnews = 2025-02-05T01:00:00Z\n"
        f"[friday]\n{name}\nnews = 2025-02-07T20:00:00\n",
        encoding="utf-8",
    )
    settings = load_settings(config, today=date(2025, 2, 7))
    now = datetime(2025, 2, 7, 21, 0, tzinfo=KST)
    days = {
        name: Calendar().place(one.first_day, one.event_day, one.base, now) for name, one in settings.events.items()
    }
    assert _event_table(settings, days).splitlines() == [
        "ID      NEWS              EVENT DAY   BASE        SINCE  SECTORS  NAME",
        "test    2025-01-27        2025-01-31  2025-01-24  5      2        A / 가",
        "late    2025-02-04 16:10  2025-02-05  2025-02-04  2      2        A / 가",
        "abroad  2025-02-05 10:00  2025-02-05  2025-02-04  2      2        A / 가",
        "friday  2025-02-07 20:00  2025-02-10  2025-02-07  -      2        A / 가",
    ]


def test_sectors_say_since_when_they_have_prices(run: Run, tmp_path: Path) -> None:
    config, prices = write_config(tmp_path), write_prices(tmp_path)
    ordinary = ("--config", config, "--store", tmp_path / "store")
    assert " -  " in run("sectors", *ordinary).stdout
    assert (
        run("sync", *ordinary, "--source", f"file:{prices}", "--benchmark", write_benchmark(tmp_path)).returncode == 0
    )
    first = str(sessions()[0])
    assert run("sectors", *ordinary).stdout.splitlines()[1].split()[:4] == ["A", "2", "0", first]
    assert [line.split()[3] for line in run("sectors", "A", *ordinary).stdout.splitlines()[2:]] == [first, first]
