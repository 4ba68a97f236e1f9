"""`import screener` in a notebook: what it offers, what it costs, `load_report`, and docs/notebook.md."""

from __future__ import annotations

import contextlib
import io
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
import pytest

import screener
from screener.errors import UsageError
from tests.conftest import ROOT
from tests.data import small
from tests.reports import simulated

DOCUMENT = (ROOT / "docs" / "notebook.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```\n(?:\n```text\n(.*?)^```)?", DOCUMENT, flags=re.MULTILINE | re.DOTALL)


@pytest.fixture
def no_screen() -> Iterator[None]:
    mpl.use("Agg")
    yield
    plt.close("all")


@pytest.mark.usefixtures("no_screen")
def test_examples_of_the_document_print_what_it_shows(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("SCREENER_CONFIG", "SCREENER_STORE"):
        monkeypatch.delenv(name, raising=False)
    names: dict[str, object] = {}
    assert len(BLOCKS) >= 10
    for code, expected in BLOCKS:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, "docs/notebook.md", "exec"), names)  # noqa: S102 - the document's own
        assert [line.rstrip() for line in printed.getvalue().splitlines()] == expected.splitlines(), code


def test_package_completes_its_names_and_offers_nothing_else() -> None:
    assert [name for name in dir(screener) if not name.startswith("_")] == screener.__all__
    assert all(callable(getattr(screener, name)) for name in screener.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'event_studie'"):
        _ = screener.event_studie


def test_importing_the_package_loads_nothing() -> None:
    code = (
        "import sys; before = set(sys.modules); import screener; dir(screener)\n"
        "print(sorted({name.partition('.')[0] for name in set(sys.modules) - before} - set(sys.stdlib_module_names)))\n"
        "print(sorted(name for name in sys.modules if name.startswith('screener.')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == ["['screener']", "[]"]


def test_demo_is_the_report_of_the_tour() -> None:
    report, same = screener.load_report(source="demo:1"), simulated(1)
    for name, frame in vars(report.frames).items():
        pd.testing.assert_frame_equal(frame, getattr(same.frames, name))
    with pytest.raises(UsageError, match="has only the event 'demo'"):
        screener.load_report("deepseek", source="demo")


def test_a_report_says_in_a_few_lines_what_it_is_and_what_to_beware_of() -> None:
    lines = repr(simulated(1)).splitlines()
    assert lines[0].startswith("Report on demo: event day 2021-07-29, prices through 2021-09-08, source demo")
    assert "windows: [0,0], [0,+1], [0,+5], [-5,-1]" in lines
    assert "sectors (32)" in lines[2]
    assert lines[3] == "simulated market: all figures are invented"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    small.write_prices(tmp_path)
    small.write_benchmark(tmp_path)
    monkeypatch.setenv("SCREENER_CONFIG", str(small.write_config(tmp_path)))
    return tmp_path


def test_a_report_on_files_is_that_of_the_command(desk: Path) -> None:
    prices, benchmark = desk / "prices.csv", desk / "benchmark.csv"
    last = str(small.sessions()[small.EVENT_ROW + 2])
    report = screener.load_report(source=f"file:{prices}", benchmark=str(benchmark), as_of=last)
    assert str(report.as_of) == last
    again = screener.load_report(
        source=f"file:{prices}", benchmark=[benchmark], config=desk / "config", as_of=report.as_of
    )
    pd.testing.assert_frame_equal(report.frames.sectors, again.frames.sectors)
    part = screener.load_report(
        source=f"file:{prices}", benchmark=benchmark, as_of=last, model="market-adjusted", sectors="A", so_far=True
    )
    assert set(part.frames.sectors["sector"]) == {"A"}
    assert "market-adjusted" in repr(part)
    assert (0, 2) in {(window.first, window.last) for window in part.windows}
    with pytest.raises(UsageError, match="'capm' is not a valid model: use one of auto, market, "):
        screener.load_report(source=f"file:{prices}", benchmark=benchmark, model="capm")
    with pytest.raises(UsageError, match=r"'31\.1\.2025' is not a valid date: write it as 2025-01-31"):
        screener.load_report(source=f"file:{prices}", benchmark=benchmark, as_of="31.1.2025")
    with pytest.raises(UsageError, match="no such file"):
        screener.load_report(source=f"file:{desk / 'missing.csv'}", benchmark=benchmark)


def test_newspaper_figures_warn_that_they_are() -> None:
    with pytest.warns(UserWarning, match="figures selected by newspapers"):
        report = screener.load_report("deepseek", source="press")
    assert report.banner == "press"
