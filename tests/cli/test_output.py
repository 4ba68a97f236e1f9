"""Every screen in every format, and what happens where a file cannot be written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.data import small

TABLES = {"stocks", "sectors", "spreads", "paths", "claims", "levels"}


@pytest.fixture
def market(tmp_path: Path) -> list[str | Path]:
    return [*small.options(tmp_path), "--lang", "en"]


@pytest.mark.parametrize(
    ("format_", "names"),
    [
        ("txt", {"report.txt"}),
        ("md", {"report.md"}),
        ("html", {"report.html"}),
        ("xlsx", {"report.xlsx"}),
        ("png", {"report.png"}),
        ("json", {"report.json"}),
        ("csv", {f"{name}.csv" for name in TABLES}),
        ("parquet", {f"{name}.parquet" for name in TABLES}),
    ],
)
def test_report_in_each_format(
    run: Run, market: list[str | Path], tmp_path: Path, format_: str, names: set[str]
) -> None:
    done = run("export", "--out", tmp_path / "out", "--format", format_, *market)
    assert done.returncode == 0, done.stderr
    assert {path.name for path in (tmp_path / "out").iterdir()} >= names
    for name in names:
        assert name in done.stdout.replace("\n", " ")


@pytest.mark.parametrize(
    ("screen", "format_"), [(["compare", "A", "B"], "xlsx"), (["stock", "000001"], "png"), (["claims"], "csv")]
)
def test_each_screen(run: Run, market: list[str | Path], tmp_path: Path, screen: list[str], format_: str) -> None:
    """What each format makes of each of them is tested in tests/report/formats."""
    done = run("export", *screen, "--out", tmp_path / "out", "--format", format_, *market)
    assert done.returncode == 0, done.stderr
    written = list((tmp_path / "out").iterdir())
    assert written
    assert all(path.stat().st_size for path in written)


def test_formats_of_a_command_are_those_of_export(run: Run, market: list[str | Path], tmp_path: Path) -> None:
    run("export", "--out", tmp_path / "a", "--format", "html", *market)
    run("export", "--out", tmp_path / "a", "--format", "xlsx", *market)
    done = run("report", "--html", tmp_path / "b.html", *market)
    assert done.stdout.endswith(f"\nFiles: {tmp_path} (b.html)\n")
    run("report", "--xlsx", tmp_path / "b.xlsx", "--png", tmp_path / "b.png", *market)
    run("export", "--out", tmp_path / "a", "--format", "png", *market)
    for name in ("html", "xlsx", "png"):
        assert (tmp_path / "a" / f"report.{name}").read_bytes() == (tmp_path / f"b.{name}").read_bytes()
    assert not (tmp_path / "reports").exists()


def test_markdown_and_json_go_to_stdout(run: Run, market: list[str | Path]) -> None:
    assert run("report", "--md", *market).stdout.startswith("## Test · event day 2024-04-22")
    assert json.loads(run("stock", "000001", "--json", *market).stdout)["event"]["id"] == "test"


def test_files_of_several_formats_are_written_in_one_run(run: Run, market: list[str | Path], tmp_path: Path) -> None:
    files = ["--csv", tmp_path / "csv", "--html", tmp_path / "a.html", "--xlsx", tmp_path / "a.xlsx"]
    done = run("report", "--json", *files, *market)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["event"]["id"] == "test"
    assert (tmp_path / "csv" / "stocks.csv").exists()
    assert (tmp_path / "a.html").stat().st_size
    assert (tmp_path / "a.xlsx").stat().st_size
    page = run("report", *files, *market)
    assert page.stdout.count("Files: ") == 3
    assert run("report", "--json", "--md", *market).returncode == 2


def test_lists_of_the_configuration_as_json(run: Run, market: list[str | Path], tmp_path: Path) -> None:
    config = [market[market.index("--config")], market[market.index("--config") + 1], "--store", tmp_path / "store"]
    [event] = json.loads(run("events", "--json", *config).stdout)["events"]
    assert (event["id"], event["event_day"], event["base"]) == ("test", "2024-04-22", "2024-04-19")
    sectors = json.loads(run("sectors", "A", "--json", *config).stdout)["sectors"]
    assert [stock["ticker"] for stock in sectors[0]["stocks"]] == ["000001", "000002"]
    assert json.loads(run("store", "info", "--json", *config).stdout)["tables"] == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (["compare", "A"], "compare takes two sectors or themes, got 1"),
        (["stock"], "stock takes one code or name, got 0"),
        (["claims", "A"], "claims takes no names: omit A"),
        (["scan", "A"], "scan takes no names: omit A"),
        (["report", "NOTHING"], "NOTHING"),
    ],
)
def test_names_that_a_screen_does_not_take(
    run: Run, market: list[str | Path], tmp_path: Path, wrong: list[str], said: str
) -> None:
    done = run("export", *wrong, "--out", tmp_path / "out", *market)
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("format_", ["csv", "html"])
def test_what_is_in_the_way_stays_and_is_named(
    run: Run, market: list[str | Path], tmp_path: Path, format_: str
) -> None:
    name = "spreads.csv" if format_ == "csv" else "report.html"
    out = tmp_path / "out"
    (out / name).mkdir(parents=True)
    (out / "stocks.csv").write_text("mine", encoding="utf-8")
    done = run("export", "--out", out, "--format", format_, *market)
    assert done.returncode == 3
    assert str(out / name) in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert (out / "stocks.csv").read_text(encoding="utf-8") == "mine"  # none of the files was replaced
    assert {path.name for path in out.iterdir()} == {name, "stocks.csv"}


def test_a_file_where_a_folder_belongs(run: Run, market: list[str | Path], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    done = run("report", "--html", tmp_path / "file" / "x.html", *market)
    assert done.returncode == 3
    assert len(done.stderr.splitlines()) == 1
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"
