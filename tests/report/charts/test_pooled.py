"""Charts of a study of many events."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

import pandas as pd
import pytest

from screener.report.charts import charts_of_study
from screener.report.charts.drawing import Figure
from screener.report.charts.pooled import distribution, pooled_paths
from tests.pooled.handmade import CARS, empty, handmade, ungrouped

SVG = "{http://www.w3.org/2000/svg}"


def elements(figure: Figure | None, tag: str, narrow: bool = False) -> list[ET.Element]:
    assert figure is not None
    root = ET.fromstring(figure.narrow if narrow else figure.svg)  # noqa: S314 - our own
    return [element for element in root.iter() if element.tag.removeprefix(SVG) == tag]


@pytest.mark.parametrize("narrow", [False, True])
def test_a_dot_for_each_event_in_order(narrow: bool) -> None:
    figure = distribution(handmade())
    dots = elements(figure, "circle", narrow)
    assert len(dots) == sum(map(len, CARS.values()))
    split = [dot for dot in dots if dot.get("class") == "area1"]
    places = [float(dot.get("cx", "")) for dot in split]
    assert len(split) == len(CARS["split"])
    assert places == sorted(places)
    # Linear in the return, to a dot's width: 5.1% lies half way between 0.8% and 9.4%.
    size = 5.5 if narrow else 7.5
    ordered = sorted(CARS["split"])
    at = dict(zip(ordered, places, strict=True))
    assert at[0.051] == pytest.approx((at[0.008] + at[0.094]) / 2, abs=2 * size)
    assert figure is not None
    assert figure.title == "12 of 20 events are positive; the median is +0.75%"


def test_many_events_share_dots() -> None:
    report = ungrouped()
    events = report.frames.events
    many = pd.concat([events] * 40, ignore_index=True)
    figure = distribution(replace(report, frames=replace(report.frames, events=many)))
    dots, texts = elements(figure, "circle"), elements(figure, "text")
    assert len(dots) < 200
    assert any("a dot: " in (text.text or "") for text in texts)


def test_each_group_has_its_path_and_band() -> None:
    figure = pooled_paths(handmade())
    assert figure is not None
    assert figure.title == "By session +2, split reached +3.70% and issue -2.00%"
    assert "all events +2.10% (+0.90% to +3.30%)" in figure.alt
    bands = [path for path in elements(figure, "path") if "band" in path.get("class", "")]
    assert len(bands) == 3


def test_groups_beyond_the_colours_are_counted() -> None:
    report = handmade()
    groups = ("all", *(f"g{number}" for number in range(9)))
    paths = pd.concat(
        [report.frames.paths[report.frames.paths["group"] == "all"].assign(group=group) for group in groups],
        ignore_index=True,
    )
    figure = pooled_paths(replace(report, groups=groups, frames=replace(report.frames, paths=paths)))
    assert figure is not None
    assert figure.note.endswith("2 smaller groups are not drawn.")


def test_nothing_to_draw() -> None:
    assert charts_of_study(empty()) == {}


def test_simulated_charts_say_so() -> None:
    for figures in charts_of_study(handmade(simulated=True)).values():
        assert all(figure.note.startswith("simulated market") for figure in figures)
