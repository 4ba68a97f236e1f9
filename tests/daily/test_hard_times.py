"""Many at once, crashes, a full disk, a read-only one, a flipped bit in each file, a bare environment: found, said, recovered."""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest

from tests.daily.conftest import EVENT, NEXT, Daily, Evening
from tests.e2e.command import Command
from tests.e2e.conftest import STOCKS
from tests.fakes.krx import Exchange, Market, kst
from tests.soak.play import tree
from tests.soak.strikes import flip

OF_THE_RUN = ("status.json", "summary.txt", ".daily.json")


def figures(reports: Path) -> dict[str, str]:
    """Checksums of what tells of the market: history and tables."""
    return {name: one for name, one in tree(reports).items() if name.endswith(".csv")}


def files_of_prices(folder: Path, market: Market, last: date) -> list[str]:
    """Write prices and indices through `last` into `folder`; the options that name them."""
    days = [day for day in market.days if day <= last]
    prices = [f"{day},{one},{market.truth.adjusted(day, one)}" for one in STOCKS for day in days]
    codes = {"KOSPI": "1001", "KOSDAQ": "2001"}
    levels = [f"{day},{name},{market.truth.level(day, code)}" for name, code in codes.items() for day in days]
    (folder / "prices.csv").write_text("\n".join(["date,ticker,close", *prices]) + "\n", encoding="utf-8")
    (folder / "indices.csv").write_text("\n".join(["date,index,close", *levels]) + "\n", encoding="utf-8")
    return ["--source", f"file:{folder / 'prices.csv'}", "--benchmark", str(folder / "indices.csv")]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, of 3 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("needs the right to mount a file system")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.mark.usefixtures("first")
def test_of_many_at_once_one_does_the_work(member: Command, exchange: Exchange, reports: Path) -> None:
    exchange.requests.clear()
    exchange.market.now = kst(2025, 2, 3)
    command = member.with_(now=exchange.market.now)
    done = [one.wait() for one in [command.start("daily") for _ in range(5)]]
    assert [one.code for one in done] == [0] * 5
    worked = [one for one in done if "1 report through 2025-02-03" in one.err]
    assert len(worked) == 1
    assert len([request for request in exchange.requests if request.bld == "MDCSTAT01501"]) <= 3
    others = [one for one in done if one not in worked]
    assert all("is active" in one.err or "nothing changed" in one.err for one in others)
    rows = (reports / "history.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(rows) == len(set(rows)) == 1 + 3 + 6


STEPS = (
    "sync .*/store/file/prices/_prices.parquet.new",
    "rename .*/store/file/prices/prices.parquet",
    "remove .*/store/.lock.json",
    r"sync reports/2025-02-03/\.deepseek\.\w+/stocks\.csv",
    "rename reports/2025-02-03/deepseek",
    "rename reports/history.csv",
    "rename reports/.daily.json",
    "symlink reports/.latest.new",
    "rename reports/latest",
    "rename reports/status.json",
)
"""One of each kind; the others are no different, and `make soak` has them all."""


def test_after_a_crash_at_any_step_the_next_run_makes_the_same(
    member: Command, market: Market, reports: Path, tmp_path: Path
) -> None:
    """On files, which are read quickly; crashes of a sync are those of tests/e2e/test_crashes.py."""
    left = assert_the_same_after_a_crash(member, market, reports, tmp_path, STEPS)
    assert left == set()


def assert_the_same_after_a_crash(
    member: Command, market: Market, reports: Path, tmp_path: Path, chosen: Sequence[str]
) -> set[str]:
    """A crash at each of the chosen steps; those of `chosen` that were none."""
    asked = ("daily", *files_of_prices(tmp_path, market, EVENT))
    assert member.with_(now=kst(2025, 1, 31)).run(*asked).code == 0
    files_of_prices(tmp_path, market, NEXT)
    evening = member.with_(now=kst(2025, 2, 3))
    calm: dict[str, str] = {}
    missed = set(chosen)
    for step in evening.crashes(*asked):
        if not (met := {one for one in chosen if re.fullmatch(one, step)}):
            continue
        # A report is written where nobody reads it before it has its name: one of its files stands for all.
        if re.fullmatch(r"sync reports/2025-02-03/\.deepseek\.\w+/(?!stocks\.csv).*", step):
            continue
        missed -= met
        for folder in reports.glob("2*/deepseek"):
            assert (folder / "run.json").exists(), f"{step}: half of a report"
        done = evening.run(*asked)
        assert done.code == 0, (step, done.err)
        left = {name: one for name, one in tree(reports).items() if name not in OF_THE_RUN}
        calm = calm or left
        assert left == calm, step
        assert (reports / "latest").readlink() == Path("2025-02-03")
        assert sorted(path.name for path in reports.glob(".*")) == [".daily.json", ".daily.lock", ".lock"], step
        assert not list(reports.glob("2*/.*")), step
    return missed


@pytest.mark.usefixtures("first")
def test_a_full_disk_is_said_and_costs_nothing(daily: Daily, disk: Path) -> None:
    reports = disk / "reports"
    assert daily(EVENT, "--reports", reports).code == 0
    before = {name: one for name, one in tree(reports).items() if name not in OF_THE_RUN}
    ballast = os.open(disk / "ballast", os.O_WRONLY | os.O_CREAT)
    with suppress(OSError):
        while os.write(ballast, bytes(4096)):
            pass
    os.close(ballast)
    done = daily(NEXT, "--reports", reports)
    assert done.code == 3
    assert "No space left on device" in done.err
    assert len(done.said) == 1
    assert {name: one for name, one in tree(reports).items() if name not in OF_THE_RUN} == before
    (disk / "ballast").unlink()
    done = daily(NEXT, "--reports", reports)
    assert (done.code, (reports / "latest").readlink()) == (0, Path("2025-02-03"))


@pytest.mark.usefixtures("first")
def test_a_read_only_directory_is_said(daily: Daily, disk: Path) -> None:
    reports = disk / "reports"
    daily(EVENT, "--reports", reports)
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    done = daily(NEXT, "--reports", reports)
    assert done.code == 3
    assert "Read-only file system" in done.err
    assert len(done.said) == 1
    subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
    assert daily(NEXT, "--reports", reports).code == 0


@pytest.mark.usefixtures("first")
def test_a_flipped_bit_in_a_file_of_the_store_is_found_said_and_mended(
    daily: Daily, member: Command, reports: Path, tmp_path: Path, evenings: dict[date, Evening]
) -> None:
    shutil.copytree(member.store, tmp_path / "sound")
    shutil.copytree(reports, tmp_path / "first", symlinks=True)
    calm = figures(evenings[NEXT].folder / "reports")
    files = [path.relative_to(tmp_path / "sound") for path in sorted((tmp_path / "sound").rglob("*")) if path.is_file()]
    # Of each kind of table one file; that damage of any file is found is shown by tests/data/test_store_damage.py.
    files = list({name.parts[1]: name for name in files if name.name[0] != "."}.values())
    assert len(files) >= 3
    for number, name in enumerate(files):
        for there, sound in ((member.store, tmp_path / "sound"), (reports, tmp_path / "first")):
            shutil.rmtree(there)
            shutil.copytree(sound, there, symlinks=True)
        flip(member.store / name, random.Random(number))  # noqa: S311 - a draw that can be repeated
        done = daily(NEXT)
        assert done.code == 0, (name, done.err)
        assert "The store was damaged and has been repaired: " in done.out, name
        assert figures(reports) == calm, name
        assert member.run("store", "verify").code == 0


@pytest.mark.usefixtures("second")
def test_a_reports_directory_that_is_deleted_meanwhile_is_there_again(
    daily: Daily, member: Command, exchange: Exchange, reports: Path
) -> None:
    calm = figures(reports)
    shutil.rmtree(reports)
    exchange.market.now = kst(2025, 2, 3)
    remove = (str(member.folder), str(reports), f"rename reports/{NEXT}/deepseek")
    done = member.with_(now=exchange.market.now, remove=remove).run("daily")
    assert (done.code, len(done.said)) == (3, 1), done.err
    assert daily(kst(2025, 2, 3, 20)).code == 0
    assert figures(reports) == calm
    assert (reports / "latest").readlink() == Path("2025-02-03")


@pytest.mark.usefixtures("first")
def test_bare_environment_of_cron(member: Command, exchange: Exchange, reports: Path, tmp_path: Path) -> None:
    """PATH, LANG and HOME only, LANG=C, a home that cannot be written, another time zone, no terminal, no stdin."""
    secrets = tmp_path / "config/secrets.toml"
    secrets.write_text(f'KRX_ID = "{member.environment["KRX_ID"]}"\nKRX_PW = "{member.environment["KRX_PW"]}"\n')
    secrets.chmod(0o600)
    proxies = {name: value for name, value in member.environment.items() if not name.startswith(("KRX", "SCREENER"))}
    bare = {**proxies, "LANG": "C", "HOME": "/proc/nowhere", "TZ": "America/New_York", "SCREENER_CONFIG": ""}
    user = member.with_(environment=bare)
    shutil.copytree(member.store, tmp_path / "store")
    exchange.market.now = kst(2025, 2, 3)
    done = user.with_(now=exchange.market.now).run("daily", "--config", "config", "--store", tmp_path / "store")
    assert (done.code, len(done.said)) == (0, 1), done.err
    assert f"1 report through {NEXT}" in done.err
    assert (reports / "latest").readlink() == Path("2025-02-03")


@pytest.mark.usefixtures("second")
def test_a_clock_that_jumped_is_said(daily: Daily, member: Command, exchange: Exchange, reports: Path) -> None:
    before = figures(reports)
    back = member.with_(now=kst(2025, 2, 1)).run("daily")
    assert back.code == 5
    assert "the last report was made on 2025-02-03 18:30: set it" in back.err
    exchange.market.now = kst(2025, 2, 4)
    ahead = member.with_(now=kst(2025, 3, 4)).run("daily")
    assert ahead.code == 5
    assert "the clock of this machine shows 2025-03-04 18:30 KST" in ahead.err
    assert figures(reports) == before
    assert daily(date(2025, 2, 4)).code == 0
