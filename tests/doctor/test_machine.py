"""Checks of the machine: each at its limit."""

from __future__ import annotations

import importlib.metadata
import shutil
import sys
from collections import namedtuple
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from screener.doctor import machine
from tests.doctor.conftest import NOW, Examine


@pytest.mark.parametrize(
    ("version", "state"),
    [((3, 10, 14), "failed"), ((3, 11, 0), "ok"), ((3, 13, 9), "ok"), ((3, 14, 0), "warning")],
)
def test_python(version: tuple[int, ...], state: str) -> None:
    assert machine._python(version).state == state


@pytest.mark.parametrize(
    ("versions", "said"),
    [
        ({"pandas": "3.0.1"}, "pandas 3.0.1: version 2.2 or later and below 3 is required"),
        ({"pykrx": "1.0.51"}, "pykrx 1.0.51: version 1.2.9 or later and below 2 is required"),
        ({"pyarrow": None}, "pyarrow is not installed"),
    ],
)
def test_libraries_that_will_not_do(
    versions: dict[str, str | None], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = importlib.metadata.version

    def version(name: str) -> str:
        found = versions.get(name, real(name))
        if found is None:
            raise importlib.metadata.PackageNotFoundError(name)
        return found

    assert machine._libraries().state == "ok"
    assert machine._libraries().found.startswith("pykrx 1.")
    monkeypatch.setattr(importlib.metadata, "version", version)
    check = machine._libraries()
    assert (check.state, check.found) == ("failed", said)
    assert check.fix


def test_a_package_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "DISTRIBUTION", "no-such-distribution")
    check = machine._libraries()
    assert (check.state, check.found) == ("failed", "no-such-distribution is not installed")


class Stdout:
    def __init__(self, terminal: bool, encoding: str) -> None:
        self.encoding = encoding
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal


@pytest.mark.parametrize(
    ("terminal", "encoding", "columns", "kind", "state", "said"),
    [
        (True, "utf-8", 120, "xterm", "ok", "xterm, 120 columns"),
        (True, "utf-8", 79, "xterm", "warning", "79 columns"),
        (True, "utf-8", 120, "linux", "warning", "cannot display Hangul"),
        (True, "iso-8859-1", 120, "xterm", "warning", "Hangul cannot be displayed"),
        (False, "ascii", 20, "", "warning", "Hangul cannot be displayed"),
        (False, "UTF-8", 20, "", "ok", "plain text"),
    ],
)
def test_terminal(
    terminal: bool, encoding: str, columns: int, kind: str, state: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdout", Stdout(terminal, encoding))
    monkeypatch.setenv("COLUMNS", str(columns))
    check = machine._terminal({"TERM": kind})
    assert check.state == state
    assert said in check.found
    assert bool(check.fix) == (state != "ok")


def test_no_stdout_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    assert machine._terminal({}).state == "warning"


def test_locale_without_hangul(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("locale.getencoding", lambda: "ANSI_X3.4-1968")
    monkeypatch.setattr(sys, "flags", SimpleNamespace(utf8_mode=0))
    check = machine._text_encoding({"LANG": "C"})
    assert (check.state, check.fix) == ("warning", "export LANG=C.UTF-8")
    monkeypatch.setattr(sys, "flags", SimpleNamespace(utf8_mode=1))
    assert machine._text_encoding({"LANG": "C"}).state == "ok"


def test_font(monkeypatch: pytest.MonkeyPatch) -> None:
    assert machine._font().state == "ok"
    monkeypatch.setattr(machine, "FONT", "Missing.ttf")
    assert machine._font().state == "warning"
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    assert machine._font().state == "warning"


@pytest.mark.parametrize(
    ("minutes", "state", "said"),
    [(4.9, "ok", "same as the exchange"), (-6, "warning", "6 minutes behind"), (90, "warning", "90 minutes ahead of")],
)
def test_clock(minutes: float, state: str, said: str) -> None:
    check = machine._clock(NOW, timedelta(minutes=minutes))
    assert check.state == state
    assert said in check.found
    assert check.found.startswith("2025-02-07 18:30 KST")


def test_disk(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    for free, state in ((2e9, "ok"), (9e8, "warning"), (4e7, "failed")):
        monkeypatch.setattr(shutil, "disk_usage", lambda _, free=free: usage(0, 0, free))
        check = machine._disk("store", home / "not/there")
        assert check.state == state
        assert f"{free / 1e9:.1f} GB" in check.found


def test_disk_that_cannot_be_written(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "file").write_text("in the way", encoding="utf-8")
    assert "is not a directory" in machine._disk("store", home / "file/store").found
    monkeypatch.setattr("os.access", lambda *_: False)
    check = machine._disk("store", home / "store")
    assert (check.state, check.found.split(": ")[1]) == ("failed", f"{home} is not writable")


def test_no_home(home: Path, examined: Examine, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "file").write_text("in the way", encoding="utf-8")
    monkeypatch.setenv("HOME", str(home / "file"))
    checks = examined()
    assert checks["disk: state"].state == "failed"
    assert checks["disk: store"].state == checks["disk: reports"].state == "ok"
