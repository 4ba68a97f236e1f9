"""An `EventStudy` on the screen of a notebook: its text, its HTML, its chart."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PolyCollection
from numpy.testing import assert_allclose

from screener.study.api import EventStudy, event_study
from tests.study.simulated import simulate

SIMULATED = simulate(400, 12, seed=5)
DAYS = pd.bdate_range("2022-01-03", periods=400)
RETURNS = pd.DataFrame(SIMULATED.returns, index=DAYS, columns=[f"{number:06d}" for number in range(12)])
BENCHMARK = pd.Series(SIMULATED.benchmarks[:, 0], index=DAYS)
EVENT = DAYS[380]
GROUPS = {"chips": ["000000", "000001", "000002"], "<script>web": ["000003", "000004"]}


def study(**wishes: Any) -> EventStudy:
    return event_study(RETURNS, BENCHMARK, EVENT, **wishes)


@pytest.fixture(autouse=True)
def no_screen() -> Iterator[None]:
    mpl.use("Agg")
    yield
    plt.close("all")


def test_text_has_the_figures_in_percent() -> None:
    found = study(groups=GROUPS, spreads=[("chips", "<script>web")])
    lines = repr(found).splitlines()
    assert lines[0] == found.heading
    assert lines[0].startswith(f"Event study of {EVENT.date()}: 12 stocks, model 'market', learned from 120 sessions")
    row = found.groups.iloc[0]
    assert f"{100 * row['caar_ew']:+.2f}" in lines[3]
    assert f"{row['placebo_rank']:.0f} of {row['placebo_n']:.0f}" in lines[3]
    assert [line.split()[0] for line in lines[3:]] == ["[0,0]"] * 3 + ["[0,+5]"] * 3


def test_notes_say_what_a_reader_must_know() -> None:
    holiday = RETURNS.drop([EVENT])
    holiday.iloc[370:, 3] = np.nan
    notes = event_study(holiday, BENCHMARK.drop([EVENT]), EVENT, windows=((0, 0), (0, 30)), estimation=380).notes
    assert notes == (
        f"{EVENT.date()} was no session of the returns: tau = 0 is the next one, {DAYS[381].date()}.",
        "The model learned from 370 sessions, not 380: the returns begin too late.",
        f"The returns end on {DAYS[-1].date()}, before [0,+30].",
        "12 of 12 stocks lack a figure: see .skipped.",
    )
    unknown = BENCHMARK.copy()
    unknown.iloc[382] = np.nan
    notes = event_study(RETURNS, unknown, EVENT).notes
    assert f"The benchmark has no return on {DAYS[382].date()}, in [0,+5]." in notes
    far = RETURNS.drop(DAYS[380:392])
    assert "16 days later. Is something missing" in event_study(far, BENCHMARK.loc[far.index], EVENT).notes[0]
    assert study().notes == ()


def test_a_summary_is_the_leading_figures_and_of_what_is_there() -> None:
    found = study(groups=GROUPS, spreads=[("chips", "<script>web")])
    summary = found.summary()
    assert list(summary.index[:3]) == [("[0,0]", "chips"), ("[0,0]", "<script>web"), ("[0,0]", "chips - <script>web")]
    assert list(summary["n"]) == [3, 2, 5] * 2
    assert_allclose(summary["caar_ew"].iloc[2], summary["caar_ew"].iloc[0] - summary["caar_ew"].iloc[1])
    for plain in (study(placebo=False), study(model="dimson")):
        assert list(plain.summary()) == ["n", "mean_return_ew", "caar_ew", "t_portfolio", "p_portfolio"]
        assert "rank" not in repr(plain).splitlines()[2]


def test_html_is_escaped_and_loads_nothing() -> None:
    class Reader(HTMLParser):
        tags: set[str] = set()  # noqa: RUF012 - one reader
        attributes: list[Any] = []  # noqa: RUF012

        def handle_starttag(self, tag: str, attrs: list[Any]) -> None:
            self.tags.add(tag)
            self.attributes += attrs

    reader = Reader()
    html = study(groups=GROUPS)._repr_html_()
    reader.feed(html)
    assert reader.tags == {"div", "p", "strong", "table", "thead", "tbody", "tr", "th", "td"}
    assert reader.attributes == []
    assert "&lt;script&gt;web" in html


def test_a_long_table_says_how_many_rows_it_leaves_out() -> None:
    groups = {f"group {number}": ["000000", "000001"] for number in range(20)}
    assert repr(study(groups=groups)).endswith("... and 10 more rows: see .summary()")


def test_hangul_is_two_cells_wide() -> None:
    lines = repr(study(groups={"반도체": ["000000"], "web": ["000001"]})).splitlines()
    assert lines[2].startswith("window  group   n")
    assert lines[3].startswith("[0,0]   반도체  1")
    assert lines[4].startswith("[0,0]   web     1")


def lines_of(ax: Any) -> dict[str, Any]:
    return {line.get_label(): line for line in ax.get_lines()}


def test_chart_has_the_path_and_the_interval_of_each_group() -> None:
    found = study(groups=GROUPS)
    ax = found.plot()
    lines = lines_of(ax)
    path = found.paths[found.paths["group"] == "chips"]
    assert_allclose(lines["chips (95% interval)"].get_ydata(), path["caar"])
    bands = [one for one in ax.collections if isinstance(one, PolyCollection)]
    assert len(bands) == 2
    assert bands[0].get_datalim(ax.transData).y0 == pytest.approx(path["ci_low"].min())
    assert ax.get_xlabel() == f"sessions since the event (0 = {EVENT.date()}; -1 = the base)"
    ax.figure.canvas.draw()
    assert all(text.get_text().endswith("%") for text in ax.get_yticklabels())


def test_chart_without_groups_has_every_stock_behind_their_mean() -> None:
    found = study()
    lines = lines_of(found.plot())
    assert {"all (95% interval)", "each of 12 stocks"} <= set(lines)
    assert sum(line.get_color() == "0.75" for line in lines.values()) >= 1
    few = event_study(RETURNS.iloc[:, :3], BENCHMARK, EVENT).plot()
    assert {"000000", "000001", "000002", "all (95% interval)"} <= set(lines_of(few))


def test_chart_of_names_and_on_axes_of_the_users_own() -> None:
    found = study(groups=GROUPS, windows=((-3, 5),))
    _, ax = plt.subplots()
    assert found.plot("chips", "000007", ax=ax) is ax
    stock = lines_of(ax)["000007"]
    own = found.ar["000007"]
    assert list(stock.get_xdata()) == list(range(-3, 6))
    assert stock.get_ydata()[2] == pytest.approx(0.0)  # the base
    assert stock.get_ydata()[-1] == pytest.approx(own.loc[0:].sum())
    with pytest.raises(ValueError, match="'wep' is neither a group nor a ticker: groups are chips, <script>web"):
        found.plot("wep")


def test_many_groups_have_no_bands_and_a_legend_beside_them() -> None:
    groups = {f"group {number}": [f"{number:06d}"] for number in range(9)}
    ax = study(groups=groups).plot()
    assert not [one for one in ax.collections if isinstance(one, PolyCollection)]
    assert len({(line.get_color(), line.get_linestyle()) for line in ax.get_lines()[:9]}) == 9


def test_matplotlib_is_loaded_by_a_chart_alone() -> None:
    code = (
        "import sys, numpy as np, pandas as pd, screener\n"
        "days = pd.bdate_range('2022-01-03', periods=150)\n"
        "random = np.random.default_rng(1)\n"
        "returns, market = (pd.Series(random.normal(0, .01, 150), days) for _ in 'ab')\n"
        "repr(screener.event_study(returns, market, days[140]))\n"
        "sys.exit('matplotlib' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
