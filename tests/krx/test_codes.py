"""Codes of stocks as people and programs write them."""

from __future__ import annotations

import pytest

from screener.krx.codes import code_of


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("000660", "000660"),
        (" 000660 ", "000660"),
        ("A000660", "000660"),
        ("KRX:000660", "000660"),
        ("KOSDAQ:035900", "035900"),
        ("000660.KS", "000660"),
        ("035900.kq", "035900"),
        ("KR7000660001", "000660"),
        ("'000660", "000660"),
        ('="000660"', "000660"),
        ("660", "000660"),
        ("660.0", "000660"),
        ("0126Z0", "0126Z0"),
        ("00104K", "00104K"),
        ("KR70126Z0007", "0126Z0"),
    ],
)
def test_each_form_is_the_code(written: str, code: str) -> None:
    assert code_of(written) == code


@pytest.mark.parametrize(
    "written", ["", "Samsung", "0006600", "000660.X", "US0378331005", "KR6000660001", "-660", "660.5"]
)
def test_what_is_no_code_is_none(written: str) -> None:
    assert code_of(written) is None
