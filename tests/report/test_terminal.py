"""The terminal report: no figure is lost at any width, and direction never hangs on colour alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from rich.cells import cell_len

from screener.app.report import Request
from screener.report.figures import percent, probability
from screener.report.layout import Field, fitting
from screener.report.model import Report
from screener.report.terminal import Style, render
from screener.settings import load_settings
from screener.words import CATALOGUE, Words
from tests.market import small
from tests.reports import make_report


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Report:
    folder = tmp_path_factory.mktemp("market")
    settings = load_settings(small.write_config(folder))
    prices, benchmark = small.write_prices(folder), small.write_benchmark(folder)
    return make_report(settings, Request(source=f"file:{prices}", benchmark=[benchmark]))


@pytest.fixture(scope="module")
def press() -> Report:
    return make_report(load_settings(), Request(source="press"))


@pytest.mark.parametrize("width", [60, 80, 100, 140, 200])
@pytest.mark.parametrize("language", ["ko", "en"])
def test_lines_fit_and_figures_survive(study: Report, press: Report, width: int, language: str) -> None:
    for report in (study, press):
        text = render(report, Style(language=language, width=width))  # type: ignore[arg-type]
        assert max(cell_len(line) for line in text.splitlines()) <= width
        assert "…" not in text
        for row in report.impact.stocks:
            if row.window == report.leading and row.raw_return == row.raw_return:
                assert row.stock.ticker in text
                assert percent(row.raw_return) in text
        for group in report.sectors(report.leading):
            if group.n:
                assert percent(group.mean_return_ew) in text
                assert report.provenance.selected or probability(group.headline.p) in text


def test_text_holds_no_control_codes_and_colour_does(study: Report) -> None:
    assert "\x1b" not in render(study, Style())
    assert "\x1b[" in render(study, Style(colour=True))


def test_palettes_differ_only_in_colour(study: Report) -> None:
    def bare(palette: str) -> str:
        return re.sub(r"\x1b\[[0-9;]*m", "", render(study, Style(palette=palette, colour=True)))

    assert bare("kr") == bare("us") == bare("cb")
    korean, american = (render(study, Style(palette=palette, colour=True)) for palette in ("kr", "us"))
    assert re.search(r"\x1b\[31m *▲ +\+2\.50", korean)
    assert re.search(r"\x1b\[38;5;27m *▼ +-5\.00", korean)
    assert re.search(r"\x1b\[32m *▲ +\+2\.50", american)
    assert re.search(r"\x1b\[31m *▼ +-5\.00", american)


def test_ascii_in_english_is_ascii(study: Report, press: Report) -> None:
    for report in (study, press):
        text = render(report, Style(ascii=True))
        assert text.isascii()
        assert "^ +" in text


def test_every_signed_figure_has_its_arrow(study: Report) -> None:
    text = render(study, Style())
    assert "▲ +2.50" in text  # sector A
    assert "▲ +10.00" in text
    assert "▼ -5.00" in text
    assert "▲ -" not in text
    assert "▼ +" not in text


def test_columns_go_by_priority_and_never_the_first() -> None:
    from rich.text import Text

    fields = [
        Field("name", [Text("x" * 20)], right=False),
        Field("a", [Text("1" * 10)], priority=2),
        Field("b", [Text("1" * 10)], priority=1),
        Field("c", [Text("-")], priority=1),
    ]
    assert [field.header for field in fitting(fields, 100)] == ["name", "a", "b"]  # c says nothing
    assert [field.header for field in fitting(fields, 40)] == ["name", "b"]
    assert [field.header for field in fitting(fields, 10)] == ["name"]


def test_verdict_leads(study: Report, press: Report) -> None:
    lines = render(study, Style()).splitlines()
    assert lines[0].startswith("Test · event day 2024-04-22")
    assert lines[1] == "Won: ▲ Sector A +2.50% (2 stocks, 50% up)"
    assert lines[2] == "Worst: ▲ Sector B +2.00% (1 stock, 100% up)"
    korean = render(press, Style(language="ko")).splitlines()
    assert korean[1].startswith("승자: ▲ AI 소프트웨어 +15.26%")


def test_every_text_has_both_languages_and_the_same_places() -> None:
    for key, (ko, en) in CATALOGUE.items():
        assert ko, key
        assert en, key
        assert set(re.findall(r"{(\w+)}", ko)) == set(re.findall(r"{(\w+)}", en)), key


def test_names_follow_the_language(press: Report) -> None:
    assert "SK하이닉스" in render(press, Style(language="ko"))
    assert "SK hynix" in render(press, Style(language="en"))
    assert Words("ko").name(press.groups[0]) == "반도체"


def test_pending_windows_are_named(study: Report, tmp_path: Path) -> None:
    settings = load_settings(small.write_config(tmp_path))
    prices, benchmark = small.write_prices(tmp_path), small.write_benchmark(tmp_path)
    request = Request(source=f"file:{prices}", benchmark=[benchmark], as_of=small.event_day())
    assert "Windows not over yet: [0,+3]" in render(make_report(settings, request), Style())
    assert "not over yet" not in render(study, Style())


def test_no_word_of_one_page_takes_the_place_of_anothers() -> None:
    from screener.words import CATALOGUE
    from screener.words.pages import PAGES
    from screener.words.report import REPORT
    from screener.words.scan import SCAN

    assert len(CATALOGUE) == len(REPORT) + len(PAGES) + len(SCAN)
