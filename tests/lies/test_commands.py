"""A few lies through the command itself: exit codes, quarantine, and `latest`."""

from __future__ import annotations

import re
from pathlib import Path

from tests.conftest import Run
from tests.e2e.command import Command
from tests.e2e.conftest import command, exchange, market
from tests.fakes.krx import Exchange
from tests.fakes.krx.messages import Answer, Request
from tests.lies import days, rates, wire, world
from tests.lies.lie import LIES

__all__ = ["command", "exchange", "market"]
TOLD = days, rates
SYNC = "sync", "--source", "pykrx", "--from", "2025-01-23", "--to", "2025-02-05"


def lie(name: str) -> world.World:
    (one,) = [one for one in LIES if one.name == name]
    told = world.truth()
    one.truth(told)
    one.make(told)
    return told


def report(run: Run, told: world.World, folder: Path) -> tuple[int, str, str]:
    paths = world.write(told, folder)
    options = ["--source", f"file:{paths['prices']}", "--benchmark", paths["index"]]
    options += ["--market", paths["market"]] if "market" in paths else []
    done = run("report", *options, "--config", world.write_config(folder), cwd=folder)
    return done.returncode, done.stdout, done.stderr


def test_a_file_of_the_future_ends_with_3_and_one_line(run: Run, tmp_path: Path) -> None:
    code, out, err = report(run, lie("a price of the future"), tmp_path)
    assert (code, out) == (3, "")
    assert re.fullmatch(r"screener: .*2099-01-05 is in the future.*\n", err)


def test_latest_never_points_into_the_future(run: Run, tmp_path: Path) -> None:
    code, _, _ = report(run, lie("a market file of the future"), tmp_path)
    assert code == 3
    assert not (tmp_path / "reports" / "latest").exists()


def test_latest_heals(run: Run, tmp_path: Path) -> None:
    future = tmp_path / "reports" / "2099-01-05" / "test"
    future.mkdir(parents=True)
    (tmp_path / "reports" / "latest").symlink_to("2099-01-05")
    code, _, err = report(run, world.truth(), tmp_path)
    assert code == 0, err
    assert (tmp_path / "reports" / "latest").resolve().name == "2025-02-11"


def test_quarantine_is_named_taken_out_and_asked_for_again(command: Command, exchange: Exchange) -> None:
    user = command.given(KRX_ID=exchange.account.name, KRX_PW=exchange.account.password)
    usual = exchange.answer

    def lying(request: Request) -> Answer:
        return wire.cells(wire.ONE, FLUC_RT="25.00")(request, usual(request))

    exchange.answer = lying  # type: ignore[method-assign]
    done = user.run(*SYNC)
    assert "000660" in done.out + done.err
    assert "2025-01-31" in done.out + done.err
    made = user.run("report", "--source", "store", "--as-of", "2025-02-05")
    assert made.code in (0, 3), made.err
    assert "+25" not in made.out
    named = user.run("store", "verify")
    assert re.search(r"000660.*2025-01-31|2025-01-31.*000660", named.out + named.err)
    exchange.answer = usual  # type: ignore[method-assign]
    assert user.run("store", "repair").code == 0
    assert user.run(*SYNC).code == 0
    assert user.run("store", "verify").code == 0
    again = user.run("store", "verify")
    assert "000660" not in again.out + again.err


def test_no_row_can_stop_every_later_report(command: Command, exchange: Exchange) -> None:
    user = command.given(KRX_ID=exchange.account.name, KRX_PW=exchange.account.password)
    usual = exchange.answer

    def lying(request: Request) -> Answer:
        return wire.cells(wire.ONE, FLUC_RT="inf")(request, usual(request))

    exchange.answer = lying  # type: ignore[method-assign]
    user.run("sync", "--source", "pykrx", "--from", "2024-12-16", "--to", "2025-02-05")
    made = user.run("report", "--full", "--source", "store", "--as-of", "2025-02-05")
    assert made.code == 0, made.err
    assert "000660" in made.out
