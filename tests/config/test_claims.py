"""The shipped claims are those of the five articles, and every mistake in a user's own says where and what is right."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from screener.config import load_settings
from tests.config.test_load import TODAY, mistakes
from tests.conftest import SHARED
from tests.data.small import write_config

ARTICLES = {
    "000_0a21af7d04856a48",
    "001_b6c538f2a112a1ce",
    "002_651a71b51105e7f1",
    "003_4d3c0e0c52b62dc4",
    "004_1fe5bdf43f051b98",
}
OWN = """[X1]
event = "test"
said = { ko = "가가 올랐다", en = "Sector A rose" }
by = ["somebody"]
test = { kind = "group", of = "A", measure = "up", consistent = [1, 1], partly = [0.5, 1] }

[X2]
event = "test"
said = { ko = "하나가 내렸다", en = "One fell" }
by = ["somebody"]
against = "X1"
test = { kind = "change", ticker = "000001", consistent = [-inf, 0] }
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    folder = write_config(tmp_path)
    (folder / "claims.toml").write_text(OWN, encoding="utf-8")
    return folder


def test_shipped_claims_are_those_of_the_articles() -> None:
    settings = load_settings(today=TODAY)
    claims = settings.claims_about("deepseek")
    assert list(claims) == [f"C{number}" for number in range(1, 33)]
    assert {article for claim in claims.values() for article in claim.by} == ARTICLES
    linked = {name: claim.against for name, claim in claims.items() if claim.against}
    assert linked == {"C9": "C29", "C29": "C9", "C18": "C19", "C19": "C18"}
    curbs = claims["C27"].otherwise
    assert curbs is not None
    assert curbs.by == ("003_4d3c0e0c52b62dc4",)


def test_shipped_claims_name_who_said_them_and_test_what_prices_can() -> None:
    listing = SHARED / "facts" / "claims.csv"
    if not listing.is_file():
        pytest.skip("the list of the claims is not here")
    with listing.open(encoding="utf-8", newline="") as file:
        facts = {row["id"]: row for row in csv.DictReader(file)}
    claims = load_settings(today=TODAY).claims
    assert set(claims) == set(facts)
    for name, row in facts.items():
        sources = {source.strip().removesuffix(".txt") for source in row["source"].split(";")}
        assert sources <= set(claims[name].by), name
        if row["krx_testable"] == "no":
            assert claims[name].test is None, name
    kinds = Counter(claim.test.kind if claim.test else "none" for claim in claims.values())
    assert kinds == {"none": 21, "change": 1, "group": 3, "versus": 3, "path": 1, "ratio": 1, "analogue": 2}


def test_own_claims_take_the_place_of_the_shipped(config: Path) -> None:
    claims = load_settings(config, today=TODAY).claims
    assert list(claims) == ["X1", "X2"]
    assert claims["X1"].test is not None
    assert claims["X1"].test.consistent == (1.0, 1.0)


def test_shipped_claims_that_own_files_cannot_carry_are_dropped(config: Path) -> None:
    (config / "claims.toml").unlink()
    assert load_settings(config, today=TODAY).claims == {}  # none is about the event `test`
    (config / "events.toml").unlink()
    (config / "screener.toml").unlink()
    claims = load_settings(config, today=TODAY).claims  # of the shipped event, but none of its sectors is left
    assert {"C6", "C9", "C18", "C27"} <= set(claims)
    assert not any(claim.test for claim in claims.values())
    assert claims["C9"].against is None  # what it disagreed with is gone
    assert claims["C18"].against == "C19"


def test_claims_reach_further_than_the_configured_windows(config: Path) -> None:
    assert load_settings(config, today=TODAY).sessions_after("test") == 3
    text = OWN.replace('measure = "up"', 'measure = "up", window = [0, 9]')
    (config / "claims.toml").write_text(text, encoding="utf-8")
    assert load_settings(config, today=TODAY).sessions_after("test") == 9


GROUP = 'kind = "group", of = "A", measure = "up", consistent = [1, 1], partly = [0.5, 1]'


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('ticker = "000001"', 'ticker = "000009"', "claims.toml:12: X2.test.ticker: no sector of test contains 000009: add it to one"),
        ('ticker = "000001"', "ticker = 300080", 'claims.toml:12: X2.test.ticker: a ticker is text, not a number: write "300080" in quotes'),
        ('ticker = "000001"', 'tikcer = "000001"', "claims.toml:12: X2.test.tikcer: unknown key 'tikcer': did you mean ticker?"),
        ('ticker = "000001", ', "", "claims.toml:12: X2.test.ticker: the key 'ticker' is missing: add it"),
        ('kind = "change", ', "", "claims.toml:12: X2.test: the key 'kind' is missing: add it"),
        ('kind = "change"', 'kind = "chance"', "claims.toml:12: X2.test.kind: no test of the kind 'chance': did you mean change?"),
        ("consistent = [-inf, 0]", "consistent = [0, -5]", "claims.toml:12: X2.test.consistent: the range [0, -5] is reversed: write [-5, 0]"),
        ("consistent = [-inf, 0]", "consistent = -5", "X2.test.consistent: -5 is not a valid range: write [lowest, highest], such as [-10, -9]"),
        ("consistent = [-inf, 0]", "consistent = [nan, 0]", "X2.test.consistent: [nan, 0] is not a valid range"),
        ("consistent = [-inf, 0]", "consistent = [true, 2]", "X2.test.consistent: [True, 2] is not a valid range"),
        ("consistent = [-inf, 0]", "consistent = [-inf, 0], partly = [-1, 0]", "X2.test.partly: [-1.0, 0.0] does not contain the range of consistent"),
        ("consistent = [-inf, 0]", "consistent = [-inf, 0], window = [1, 0]", "X2.test.window: the window [1, 0] is reversed: write [0, 1]"),
        ("consistent = [-inf, 0]", "consistent = [-inf, 0], window = [-6, 0]", "X2.test.window: the window [-6, 0] overlaps the estimation window: start it at -5"),
        ('of = "A"', 'of = "AA"', "claims.toml:5: X1.test.of: no sector 'AA' in sectors.toml or library.toml: did you mean A or PHARMA?"),
        ('of = "A"', 'of = "A/x"', "claims.toml:5: X1.test.of: A has no theme 'x'"),
        ('of = "A"', 'of = ["000001", "000001"]', "X1.test.of: ['000001', '000001'] lists a stock twice: delete one"),
        ('of = "A"', 'of = ["000001", "0009"]', "X1.test.of: ['000001', '0009'] is not a valid group: write \"SECTOR\", \"SECTOR/theme\""),
        ('of = "A"', "of = 1", "X1.test.of: 1 is not a valid group"),
        ('measure = "up"', 'measure = "rise"', "X1.test.measure: 'rise' is not possible here: write 'mean', 'mean_cw'"),
        (GROUP, 'kind = "rank", sector = "C", consistent = [1, 1]', "X1.test.sector: no sector 'C' in sectors.toml"),
        (GROUP, 'kind = "versus", a = "A", b = "C", consistent = [0, 1]', "X1.test.b: no sector 'C' in sectors.toml"),
        (GROUP, 'kind = "path", of = "A", moved = "up", by = 2, until = 2, consistent = [0, 1]', "X1.test.until: until 2 must be after by 2"),
        (GROUP, 'kind = "ratio", ticker = "000001", trillion_won = [0], consistent = [0, 1]', "X1.test.trillion_won[0]: input should be greater than 0"),
        (GROUP, 'kind = "analogue", of = "A", peers = ["Acme"], consistent = [0, 1]', "claims.toml:5: X1.test.peers[0]: no 'Acme' in the table abroad of test"),
        ('event = "test"', 'event = "tset"', "claims.toml:2: X1.event: no event 'tset' in events.toml: did you mean test?"),
        ('against = "X1"', 'against = "X9"', "claims.toml:11: X2.against: no other claim 'X9': did you mean X1?"),
        ('against = "X1"', 'against = "X2"', "claims.toml:11: X2.against: no other claim 'X2'"),
        ('by = ["somebody"]', "by = []", "claims.toml:4: X1.by: "),
        ('by = ["somebody"]', 'by = ["somebody"]\nnot_testable = { ko = "x", en = "x" }', "X1: a claim needs a test, or not_testable with a reason: write one"),
        ('by = ["somebody"]', 'by = ["somebody"]\ndate = "2024-04-22"', "claims.toml:5: X1.date: '2024-04-22' is not a valid date"),
        ('by = ["somebody"]', 'by = ["somebody"]\nvefdict = "consistent"', "claims.toml:5: X1.vefdict: unknown key 'vefdict'"),
        ("Sector A rose", r"\u001b[2J", "claims.toml:3: X1.said.en: '\\x1b[2J' is not plain text"),
        ("[X1]", '["a.b"]', "'a.b' is not a valid id"),
        ("[X1]", "[X1", "claims.toml:1: invalid TOML"),
    ],
)  # fmt: skip
def test_mistake_names_line_key_and_remedy(config: Path, old: str, new: str, expected: str) -> None:
    assert old in OWN
    (config / "claims.toml").write_text(OWN.replace(old, new, 1), encoding="utf-8")
    said = mistakes(config)
    assert expected in said
    assert all(line.startswith("claims.toml:") for line in said.splitlines())
    assert len(said.splitlines()) <= 2  # nothing else is called wrong with it, but for what the mistake entails


def test_group_of_afterwards_and_peers_of_both_directions_can_confirm_nothing(config: Path) -> None:
    sectors = config / "sectors.toml"
    sectors.write_text(sectors.read_text(encoding="utf-8").replace("[A]", '[A]\npost_hoc = ["test"]'), encoding="utf-8")
    assert (
        mistakes(config)
        == "claims.toml:5: X1.test.of: A was put together after the event (post_hoc) and cannot confirm a claim"
    )
    abroad = "".join(
        f'[[test.abroad]]\nname = {{ ko = "{name}", en = "{name}" }}\ndate = 2024-04-19\nchange_pct = {change}\narticle = "x"\n'
        for name, change in (("Acme", -3), ("Emca", 2))
    )
    with (config / "events.toml").open("a", encoding="utf-8") as file:
        file.write(abroad)
    test = 'kind = "analogue", of = "B", peers = ["Acme", "Emca"], consistent = [1, 1]'
    (config / "claims.toml").write_text(OWN.replace(GROUP, test), encoding="utf-8")
    assert (
        mistakes(config)
        == "claims.toml:5: X1.test.peers: the peers moved in both directions: use those of one direction"
    )


def test_claims_about_two_events_do_not_disagree(config: Path) -> None:
    with (config / "events.toml").open("a", encoding="utf-8") as file:
        file.write('[other]\nname = { ko = "다른", en = "Other" }\nnews = 2024-04-19\n')
    text = OWN.replace('[X2]\nevent = "test"', '[X2]\nevent = "other"')
    (config / "claims.toml").write_text(text, encoding="utf-8")
    assert mistakes(config) == "claims.toml:11: X2.against: X1 concerns test, not other"
