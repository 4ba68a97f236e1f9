"""The claims in a terminal, as CSV and as JSON, and the command that shows them."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest
from rich.cells import cell_len

from screener.config import load_settings
from screener.i18n import Language, set_language
from screener.report.formats.data import to_csv
from screener.report.formats.terminal import Style, render
from screener.report.model import Report
from screener.report.request import Request
from screener.report.rows import rows_of
from screener.report.tables import tables_of
from screener.report.views.claims import claim_texts, claims_page
from tests.conftest import Run
from tests.data import small
from tests.reports import make_report

OWN = """[X1]
event = "test"
said = { ko = "가 업종이 모두 올랐다", en = "Everything in sector A rose" }
by = ["somebody", "somebody_else"]
date = 2024-04-23
test = { kind = "group", of = "A", measure = "up", consistent = [1, 1], partly = [0.5, 1] }
caveat = { ko = "두 종목뿐이다", en = "there are only two stocks" }
against = "X2"

[X2]
event = "test"
said = { ko = "가 업종이 모두 내렸다", en = "Everything in sector A fell" }
by = ["another"]
test = { kind = "group", of = "A", measure = "down", consistent = [1, 1] }

[X3]
event = "test"
said = { ko = "셋은 한 달 뒤 두 배가 된다", en = "Three doubles within a month" }
by = ["another"]
test = { kind = "change", ticker = "000003", window = [0, 20], consistent = [100, inf] }

[X4]
event = "test"
said = { ko = "=해외 이야기", en = "=Something abroad" }
by = ["another"]
not_testable = { ko = "해외", en = "it was abroad" }
otherwise = { ko = "그렇지 않다", en = "It was not so", by = ["a_third"] }
"""


@pytest.fixture
def own(tmp_path: Path) -> list[str]:
    config = small.write_config(tmp_path)
    (config / "claims.toml").write_text(OWN, encoding="utf-8")
    prices, benchmark = small.write_prices(tmp_path), small.write_benchmark(tmp_path)
    return ["--config", str(config), "--source", f"file:{prices}", "--benchmark", str(benchmark)]


@pytest.fixture
def report(own: list[str]) -> Report:
    request = Request(source=own[3], benchmark=[Path(own[5])])
    return make_report(load_settings(Path(own[1])), request)


LISTING = """\
Test: claims checked against prices · through the close of 2024-04-26
1 partly consistent, 1 not consistent with prices, 1 no data, 1 not testable on prices
Source: prices.csv + benchmark.csv · 40 sessions, 2024-03-04 to 2024-04-26 · benchmark KOSPI, KOSDAQ
Model: market model, estimation window 24 sessions, gap 5, minimum 20; 0 ordinary sessions
A verdict says whether prices moved as claimed, not why. p: rank of the abnormal return of the same
stocks and window among ordinary sessions, for this claim alone.

partly consistent  X1  Everything in sector A rose
    1 of 2 rose (Sector A); except: Two -5.00%; Sector A mean +2.50%
    abnormal return +1.25%; cannot be tested: 0 ordinary sessions
    event day [0,0], 2024-04-22 · by somebody; somebody_else, 2024-04-23
    conflicts with: X2  Everything in sector A fell (by another)
    note: there are only two stocks

not consistent with prices  X2  Everything in sector A fell
    1 of 2 fell (Sector A); except: One +10.00%; Sector A mean +2.50%
    abnormal return +1.25%; cannot be tested: 0 ordinary sessions
    event day [0,0], 2024-04-22 · by another
    conflicts with: X1  Everything in sector A rose (by somebody; somebody_else, 2024-04-23)

no data  X3  Three doubles within a month
    by another
    reason: the prices do not cover sessions [0,+20]

Not testable with prices of the exchange
X4  =Something abroad
    by another
    conflicts with: It was not so (by a_third)
    reason: it was abroad
"""


def test_listing(report: Report) -> None:
    assert render(claims_page(report, full=True), Style()) == LISTING


def test_command_prints_the_listing_and_files_nothing(run: Run, own: list[str], tmp_path: Path) -> None:
    done = run("claims", *own, "--full")
    assert done.returncode == 0, done.stderr
    assert done.stdout == LISTING
    summary = run("claims", *own).stdout
    tested, untested = LISTING.split("Not testable with prices of the exchange")
    assert "=Something abroad" in untested
    said = "1 claim cannot be tested with prices of the exchange (X4): --full shows it with the reason"
    assert summary == f"{tested}{said}\n"
    assert not (tmp_path / "reports").exists()


def test_json_of_the_command_is_that_of_the_report(run: Run, own: list[str]) -> None:
    ours = json.loads(run("claims", *own, "--json").stdout)
    theirs = json.loads(run("report", *own, "--json").stdout)
    assert ours["claims"] == theirs["claims"]
    assert "stocks" not in ours
    assert ours["schema_version"] == theirs["schema_version"]


def test_csv(report: Report) -> None:
    table = next(table for table in tables_of(report) if table.name == "claims")
    text = to_csv(table).decode("utf-8-sig")
    assert text.startswith(
        "event,as_of,source,id,said,by,date,kind,window_start,window_end,verdict,figures,reason,against,"
    )
    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(text))}
    assert list(rows) == ["X1", "X2", "X3", "X4"]
    first = rows["X1"]
    assert (first["by"], first["date"], first["kind"]) == ("somebody; somebody_else", "2024-04-23", "group")
    assert (first["window_start"], first["window_end"], first["verdict"]) == ("0", "0", "partly consistent")
    assert first["figures"] == "1 of 2 rose (Sector A); except: Two -5.00%; Sector A mean +2.50%"
    assert (first["value"], first["unit"], first["against"]) == ("0.500000", "share", "X2")
    assert first["reason"] == "there are only two stocks"
    assert (rows["X2"]["against"], rows["X2"]["verdict"]) == ("X1", "not consistent")
    assert (rows["X3"]["verdict"], rows["X3"]["value"], rows["X3"]["window_end"]) == ("no data", "", "20")
    assert (rows["X4"]["verdict"], rows["X4"]["kind"]) == ("not testable", "")
    assert rows["X4"]["said"] == "'=Something abroad"
    assert (rows["X4"]["reason"], rows["X4"]["against"]) == ("it was abroad", "It was not so (by a_third)")


def test_csv_and_json_agree(run: Run, own: list[str], tmp_path: Path) -> None:
    run("report", *own, "--csv", "out")
    document = json.loads(run("report", *own, "--json").stdout)
    with (tmp_path / "out/claims.csv").open(encoding="utf-8-sig", newline="") as file:
        for in_csv, in_json in zip(csv.DictReader(file), document["claims"], strict=True):
            assert list(in_csv) == list(in_json)
            for column, cell in in_csv.items():
                value = in_json[column]
                assert (float(cell) == value) if isinstance(value, int | float) else (cell.lstrip("'") == (value or ""))


def test_event_without_claims(run: Run, own: list[str], tmp_path: Path) -> None:
    (tmp_path / "config/claims.toml").unlink()
    assert "No claims are configured for this event" in run("claims", *own).stdout
    run("report", *own, "--csv", "out")
    assert (tmp_path / "out/claims.csv").read_bytes().count(b"\n") == 1


def test_own_claim_that_cannot_be_parsed_is_one_line(run: Run, own: list[str], tmp_path: Path) -> None:
    (tmp_path / "config/claims.toml").write_text(OWN.replace('"000003"', '"000004"'), encoding="utf-8")
    done = run("claims", *own)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.endswith("claims.toml:20: X3.test.ticker: no sector of test contains 000004: add it to one\n")


@pytest.fixture(scope="module")
def press() -> Report:
    return make_report(load_settings(), Request(source="press"))


def flat(text: str) -> str:
    return re.sub(r"\s+", "", text)


@pytest.mark.parametrize("width", [60, 80, 100, 140])
@pytest.mark.parametrize("language", ["ko", "en"])
def test_nothing_is_cut(report: Report, press: Report, width: int, language: Language) -> None:
    set_language(language)
    for one in (report, press):
        text = render(claims_page(one, full=True), Style(width=width))
        assert max(cell_len(line) for line in text.splitlines()) <= width
        assert "…" not in text
        for by in one.frames.claims[f"by_{language}"]:
            assert flat("; ".join(by)) in flat(text)
        texts = claim_texts(one.frames.claims, one)
        for column in ("said", "figures", "reason"):
            assert all(flat(cell) in flat(text) for cell in texts[column])
        for cell in texts["against"]:
            # Of a claim of its own the files have the id, and the page its words as well.
            assert all(flat(other) in flat(text) for other in cell.split("; "))


def test_press_keeps_its_banner(press: Report) -> None:
    text = flat(render(claims_page(press), Style()))
    assert flat("figures selected by newspapers") in text
    table = next(table for table in tables_of(press) if table.name == "claims")
    assert {row["banner"] for row in table.records()} == {"figures selected by newspapers: sector means are overstated"}


def test_ascii_in_english_is_ascii(press: Report) -> None:
    assert render(claims_page(press, full=True), Style(ascii=True)).isascii()


def test_many_exceptions_are_counted(tmp_path: Path) -> None:
    """Seven stocks that newspapers printed, all of which rose, against a claim that all fell; six are named."""
    tickers = ["035420", "035720", "304100", "402030", "377480", "301300", "300080"]
    config = tmp_path / "config"
    config.mkdir()
    (config / "claims.toml").write_text(
        '[X]\nevent = "deepseek"\nsaid = { ko = "말", en = "Said" }\nby = ["x"]\n'
        f'test = {{ kind = "group", of = {tickers}, measure = "down", consistent = [1, 1] }}\n',
        encoding="utf-8",
    )
    made = make_report(load_settings(config), Request(source="press"))
    [one] = rows_of(made.frames.claims)
    assert one.verdict == "not consistent"
    [figures] = claim_texts(made.frames.claims, made)["figures"]
    exceptions = figures.split("; ")[1]
    assert exceptions.startswith("except: ")
    assert exceptions.endswith(", and 1 more")


def test_articles_are_named_by_paper_day_and_title(tmp_path: Path) -> None:
    config = small.write_config(tmp_path)
    articles = """
[articles.first]
paper = { ko = "어느 신문", en = "A Paper" }
date = 2024-04-23
title = { ko = "제목", en = "A title" }

[articles.second]
paper = { ko = "다른 신문", en = "Another Paper" }
"""
    text = OWN.replace('["somebody", "somebody_else"]', '["first", "second"]').replace('["a_third"]', '["second"]')
    (config / "claims.toml").write_text(text + articles, encoding="utf-8")
    prices, benchmark = small.write_prices(tmp_path), small.write_benchmark(tmp_path)
    made = make_report(load_settings(config), Request(source=f"file:{prices}", benchmark=[benchmark]))
    page = render(claims_page(made, full=True), Style(width=140))
    assert 'by A Paper, 2024-04-23, "A title"; Another Paper\n' in page
    assert "conflicts with: It was not so (by Another Paper)" in page
    assert "by another" in page  # which the table does not know
    set_language("ko")
    assert '어느 신문, 2024-04-23, "제목"; 다른 신문' in render(claims_page(made, full=True), Style(width=140))
    row = rows_of(made.frames.claims)[0]
    assert row.articles == "first; second"


def test_an_article_without_a_paper_is_a_mistake(run: Run, own: list[str], tmp_path: Path) -> None:
    path = tmp_path / "config/claims.toml"
    path.write_text(f"{OWN}\n[articles.x]\ndate = 2024-04-23\n", encoding="utf-8")
    done = run("claims", *own)
    assert done.returncode == 2
    assert "articles.x.paper: the key 'paper' is missing: add it" in done.stderr


@pytest.mark.parametrize(
    ("moved", "path", "words"),
    [
        ("down", (-0.05, -0.02), "60% of the fall recovered"),
        ("down", (-0.05, 0.137), "fall fully recovered, and more"),
        ("down", (-0.05, -0.237), "nothing recovered; it fell further"),
        ("up", (0.05, 0.02), "60% of the rise given back"),
        ("up", (0.05, -0.01), "rise fully given back, and more"),
        ("up", (0.05, 0.10), "nothing given back; it rose further"),
    ],
)
def test_beyond_all_or_nothing_there_is_no_share(
    tmp_path: Path, moved: str, path: tuple[float, float], words: str
) -> None:
    """A fall of 5% that grew to 23.7% is not '-374% undone'."""
    config = small.write_config(tmp_path)
    test = f'kind = "path", of = ["000003"], moved = "{moved}", by = 0, until = 1, consistent = [0, 1]'
    (config / "claims.toml").write_text(
        f'[X]\nevent = "test"\nsaid = {{ ko = "말", en = "Said" }}\nby = ["x"]\ntest = {{ {test} }}\n', "utf-8"
    )
    first, then = path
    moves = {small.EVENT_ROW: {"000003": first}, small.EVENT_ROW + 1: {"000003": (1 + then) / (1 + first) - 1}}
    prices = small.write(tmp_path / "prices.csv", small.price_rows(moves=moves))
    benchmark = small.write_benchmark(tmp_path)
    made = make_report(load_settings(config), Request(source=f"file:{prices}", benchmark=[benchmark]))
    [figures] = claim_texts(made.frames.claims, made)["figures"]
    assert figures.startswith(f"{words}; ")
    assert "undone" not in figures
