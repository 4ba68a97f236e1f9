"""The page of a study of many events: what it leads with, what it counts, and that it fits."""

from __future__ import annotations

import math
from dataclasses import replace
from statistics import mean

import pytest
from rich.cells import cell_len

from screener.columns.pooled import EVENTS
from screener.i18n import LANGUAGES, Language
from screener.report.blocks import Grid, Key, Page
from screener.report.formats.terminal import Style, render
from screener.report.model import PooledReport
from screener.report.views.pooled import REASONS, pooled_page
from tests.i18n import speaking
from tests.pooled.handmade import CARS, LEFT_OUT, empty, handmade, ungrouped


def lines(page: Page) -> list[str]:
    return [line.text for line in page.head]


def section(page: Page, key: Key) -> list[list[str]]:
    """The rows of the tables of a section."""
    [found] = [section for section in page.sections if section.key == key]
    return [
        [field.cells[row].text for field in grid.fields]
        for grid in found.body
        if isinstance(grid, Grid)
        for row in range(len(grid.fields[0].cells))
    ]


def with_leading(report: PooledReport, **figures: float) -> PooledReport:
    """The study with other figures of all events in the leading window."""
    pooled = report.frames.pooled.copy()
    for name, value in figures.items():
        pooled[name] = pooled[name].astype(float)
        pooled.loc[0, name] = value
    return replace(report, frames=replace(report.frames, pooled=pooled))


def test_it_leads_with_the_verdict_and_what_it_rests_on() -> None:
    page = pooled_page(handmade(), full=False)
    caar = mean([*CARS["split"], *CARS["issue"]])
    assert page.title == f"actions: CAAR [0,0] {100 * caar:+.2f}%, more than chance · 20 events on 17 sessions"
    # p = .008 = (1 + 3) / (499 + 1)
    assert lines(page)[0].startswith("All events, [0,0]: ▲ abnormal return +1.15% (95% CI +0.34 to +1.95); more than")
    assert lines(page)[0].endswith(": 3 of 499 shifts of the calendar were as extreme (p .008)")
    assert lines(page)[1].startswith("split - issue, [0,0]: ▲ abnormal return difference +4.89 pp (95%")
    assert "The tests count dates, not rows" in lines(page)[2]
    assert lines(page)[2].startswith("20 events on 17 sessions (19 of stocks, 1 of a sector), 2023-05-02 to ")


@pytest.mark.parametrize(
    ("figures", "told"),
    [
        ({"p_shift": 0.05}, "more than chance"),
        ({"p_shift": 0.052}, "no more than chance"),
        ({"p_shift": math.nan, "shifts": 12.0}, "cannot be tested: the calendar has 12 shifts"),
        ({"z_shift": -2.6}, "standardised by volatility, the events moved the other way"),
    ],
)
def test_the_verdict_rests_on_the_shifts(figures: dict[str, float], told: str) -> None:
    page = pooled_page(with_leading(handmade(), **figures), full=False)
    assert f"; {told}" in lines(page)[0]
    if "p_shift" in figures:
        assert told.partition(":")[0] in page.title


def test_what_is_left_out_is_counted_and_named() -> None:
    page = pooled_page(handmade(), full=True)
    [counted] = [text for text in lines(page) if text.startswith("Left out: ")]
    assert counted.startswith("Left out: 5 of 25 rows: no such stock in the prices (2); ")
    [left] = [section for section in page.sections if section.key == Key.SKIPPED]
    named = "\n".join(line.text for line in left.body if not isinstance(line, Grid))
    assert all(name in named for _reason, name, *_rest in LEFT_OUT)
    assert "E21 (soon, 005930)" in named


def test_every_reason_of_the_registry_has_words() -> None:
    [meaning] = [column.meaning for column in EVENTS.columns if column.name == "reason"]
    assert all(f"{reason}" in meaning for reason in REASONS)
    for language in LANGUAGES:
        with speaking(language):
            report = handmade(left_out=dict.fromkeys(REASONS, 1))
            assert not any("{" in text for text in lines(pooled_page(report, full=True)))


def test_the_drivers_are_those_of_the_largest_share() -> None:
    rows = section(pooled_page(handmade(), full=False), Key.DRIVERS)
    assert [row[0] for row in rows] == ["E07", "E01", "E17", "E09", "E02"]
    assert [row[6] for row in rows] == ["+41", "+27", "-25", "+22", "+18"]


def test_what_is_left_without_an_event_is_the_mean_of_the_other_sessions() -> None:
    report = handmade()
    events = report.frames.events
    leading = events[events["used"] & (events["window_end"] == 0)]
    by_session = leading.groupby("event_day")["car"].mean()
    report = with_leading(report, caar=by_session.mean())
    first = leading[leading["event_id"] == "E07"]
    others = leading[leading["event_id"] != "E07"].groupby("event_day")["car"].mean()
    assert first["event_day"].iloc[0] in set(others.index)  # another event shares its session
    assert section(pooled_page(report, full=False), Key.DRIVERS)[0][-1] == f"{100 * others.mean():+.2f}"
    # Where the CAAR is another mean, nothing is said.
    wrong = section(pooled_page(with_leading(report, caar=0.5), full=False), Key.DRIVERS)
    assert {row[-1] for row in wrong} == {"-"}


def test_tests_that_assume_independence_stand_apart() -> None:
    page = pooled_page(handmade(), full=True)
    titles = {section.key: section.title for section in page.sections}
    assert titles[Key.NAIVE_TESTS] == "p-values from tests that assume independence between events"
    headers = {
        section.key: [field.header for grid in section.body if isinstance(grid, Grid) for field in grid.fields]
        for section in page.sections
    }
    assert {"BMP", "Cross-section"} <= set(headers[Key.NAIVE_TESTS])
    assert not {"BMP", "Cross-section"} & set(headers[Key.TESTS])


def test_without_groups_and_characteristics_their_sections_are_missing() -> None:
    keys = {section.key for section in pooled_page(ungrouped(), full=True).sections}
    assert not keys & {Key.GROUPS, Key.REGRESSION}
    assert "openapi: unavailable: no key" in lines(pooled_page(ungrouped(), full=True))
    noted = replace(ungrouped(), note="no regression: statsmodels is not installed")
    [found] = [section for section in pooled_page(noted, full=True).sections if section.key == Key.REGRESSION]
    assert [line.text for line in found.body if not isinstance(line, Grid)] == [noted.note]


def test_a_single_group_of_all_events_is_not_repeated() -> None:
    report = ungrouped()
    pooled = report.frames.pooled
    twice = [pooled, pooled.assign(group="split")]
    import pandas as pd

    frames = replace(report.frames, pooled=pd.concat(twice, ignore_index=True))
    page = pooled_page(replace(report, grouped_by="kind", frames=frames), full=True)
    assert Key.GROUPS not in {section.key for section in page.sections}


def test_nothing_to_test_is_said() -> None:
    page = pooled_page(empty(), full=True)
    assert page.title == "actions: no event can be used · 0 events on 0 sessions"
    assert [section.key for section in page.sections] == [Key.SKIPPED, Key.QUALITY]


def test_a_simulated_study_says_so_first() -> None:
    assert lines(pooled_page(handmade(simulated=True), full=False))[0].startswith("SIMULATED MARKET")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [60, 80, 120, 200])
@pytest.mark.parametrize("full", [False, True])
def test_it_fits(language: Language, width: int, full: bool) -> None:
    with speaking(language):
        for report in (handmade(), ungrouped(), empty()):
            shown = render(pooled_page(report, full=full), Style(width=width), summary=not full)
            assert max(cell_len(line) for line in shown.splitlines()) <= width
