"""Every lie on the wire comes to what the table says, leaves no false row in the store, and is healed by the next fetch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from tests.fakes.krx import Market
from tests.lies import fetched, wire
from tests.lies.open import OPEN
from tests.lies.wire import KEYLESS, WIRE, WireLie


@pytest.fixture(scope="module")
def market() -> Market:
    return fetched.simulated()


@pytest.fixture(autouse=True)
def _small() -> Iterator[None]:
    with fetched.small_limits():
        yield


@pytest.fixture(scope="module")
def truthful(market: Market, tmp_path_factory: pytest.TempPathFactory) -> Callable[[WireLie], fetched.Truth]:
    """What a report gets where nobody lies; many lies have the same truth."""
    known: dict[tuple[str, str | None], fetched.Truth] = {}

    def of(lie: WireLie) -> fetched.Truth:
        key = lie.way, lie.news
        if key not in known:
            known[key] = fetched.truth_of(lie, market, tmp_path_factory.mktemp("truth"))
        return known[key]

    return of


def in_turn() -> list[WireLie]:
    """Each lie once: of those that are told on several ways, the ways take turns. `make soak` tells them on each."""
    told = defaultdict(list)
    for one in WIRE:
        told[one.name.partition(": ")[2]].append(one)
    return [same[number % len(same)] for number, same in enumerate(told.values())]


def cases(lies: Sequence[WireLie]) -> list[object]:
    marks = {name: [pytest.mark.xfail(strict=True, reason=why)] for name, why in OPEN.items()}
    return [pytest.param(one, id=one.name.replace(" ", "_"), marks=marks.get(one.name, ())) for one in lies]


@pytest.mark.parametrize("lie", cases(in_turn()))
def test_a_lie_on_the_wire(
    lie: WireLie, market: Market, truthful: Callable[[WireLie], fetched.Truth], tmp_path: Path
) -> None:
    assert_told(lie, market, truthful(lie), tmp_path)


def assert_told(lie: WireLie, market: Market, true: fetched.Truth, folder: Path) -> None:
    assert true.outcome.code == 0, true.outcome.said
    assert fetched.faults_of(lie, market, true, folder) == []


def test_netrc_is_never_read(market: Market, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A password for somewhere else must not travel to the exchange because a file in the home folder has it."""
    netrc = tmp_path / "netrc"
    hosts = "data.krx.co.kr", "fchart.stock.naver.com", "data-dbg.krx.co.kr"
    netrc.write_text("".join(f"machine {host} login me password mine\n" for host in hosts), encoding="utf-8")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    for way in (KEYLESS, wire.LOGIN):
        lie = WireLie("netrc", way, "", lambda _, answer: answer, ())
        with fetched.exchange_of(lie, market, monkeypatch) as exchange:
            market.now = fetched.NOW
            assert fetched.load(lie, exchange, tmp_path / way).code == 0
            sent = [request.headers.get("authorization") for request in exchange.requests]
            assert sent
            assert set(sent) == {None}
