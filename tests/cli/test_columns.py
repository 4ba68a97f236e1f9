"""`screener columns`: how a file is understood."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from screener.cli.app import commands
from screener.errors import ExitCode


def run(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(commands, ["columns", "--lang", "en", *arguments], standalone_mode=False)
    return done.return_value if done.exception is None else 1, done.stdout, done.stderr


def test_each_column_is_named_with_what_it_is_read_as(tmp_path: Path) -> None:
    path = tmp_path / "data_1_20250131.csv"
    path.write_bytes("종목코드,종목명,시장구분,소속부,종가\n000660,하이닉스,KOSPI,,199200\n".encode("cp949"))
    code, out, _err = run(str(path))
    assert code == ExitCode.DONE
    assert out.splitlines() == [
        f"{path}: data.krx.co.kr, one session, CP949",
        "  column    read as   first value",
        "  종목코드  ticker    000660",
        "  종목명    name      하이닉스",
        "  시장구분  market    KOSPI",
        "  종가      close     199200",
        "  소속부    not read",
        "  1 rows · 1 of column ticker · 2025-01-31 to 2025-01-31",
    ]


def test_what_a_file_lacks_is_said_and_the_others_are_shown(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("date,close\n2025-01-31,199200\n")
    (tmp_path / "b_000660.csv").write_text("date,close\n2025-01-31,199200\n")
    code, out, err = run(str(tmp_path))
    assert code == ExitCode.DATA
    assert "a.csv: contains one stock but does not say which: pass --ticker" in err
    assert "b_000660.csv: one stock" in out
    assert run(str(tmp_path / "a.csv"), "--ticker", "A000660")[0] == ExitCode.DONE


@pytest.mark.parametrize("code", ["Samsung", "0006600", ""])
def test_a_code_that_is_none_is_refused(tmp_path: Path, code: str) -> None:
    (tmp_path / "a.csv").write_text("date,close\n2025-01-31,199200\n")
    done = CliRunner().invoke(commands, ["columns", str(tmp_path / "a.csv"), "--ticker", code], standalone_mode=False)
    assert str(done.exception) == f"{code!r} is not a valid ticker: write it as 000660"
