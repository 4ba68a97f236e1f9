"""Secrets in a file: taken if it is its owner's alone, refused otherwise, and never repeated."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screener.config import load_settings
from screener.config.load import SECRETS, _load_secrets, with_secrets
from screener.errors import ConfigError

SECRET = "very-secret-word"  # noqa: S105 - of nobody


def write(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / SECRETS
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def test_what_stands_in_the_file_is_taken(tmp_path: Path) -> None:
    write(tmp_path, f'KRX_ID = "me"\nKRX_PW = "{SECRET}"\nSCREENER_NOTIFY = ["json://a", "json://b"]\n')
    assert _load_secrets(tmp_path) == {"KRX_ID": "me", "KRX_PW": SECRET, "SCREENER_NOTIFY": "json://a json://b"}
    settings = load_settings(tmp_path)
    assert settings.secrets["KRX_PW"] == SECRET
    assert SECRET not in repr(settings)
    assert SECRETS not in settings.files


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o606, 0o660, 0o601])
def test_a_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = write(tmp_path, f'KRX_PW = "{SECRET}"\n', mode)
    with pytest.raises(ConfigError, match="readable by other users: chmod 600") as refused:
        load_settings(tmp_path)
    assert str(path) in str(refused.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f'KRX_PASSWORD = "{SECRET}"', "its entry number 1 is unknown: use one of KRX_ID, KRX_PW"),
        (f'"{SECRET}" = "x"', "its entry number 1 is unknown"),
        (f'KRX_PW = "{SECRET}', "cannot be read as TOML"),
        ("KRX_PW = 12345", "KRX_PW is not text: write it in quotes"),
        (f'KRX_PW = ["{SECRET}"]', "KRX_PW is not text"),
        (f'KRX_PW = "{SECRET}\\n"', "KRX_PW is not text"),
    ],
)
def test_a_mistake_is_named_and_nothing_of_it_repeated(tmp_path: Path, text: str, said: str) -> None:
    write(tmp_path, text)
    with pytest.raises(ConfigError) as refused:
        _load_secrets(tmp_path)
    assert said in str(refused.value)
    assert SECRET not in str(refused.value)
    assert "12345" not in str(refused.value)


def test_the_environment_counts_more_and_an_account_is_never_made_of_two_halves() -> None:
    file = {"KRX_ID": "file", "KRX_PW": "file", "KRX_AUTH_KEY": "file"}
    assert with_secrets({}, file) == file
    assert with_secrets({"KRX_ID": "own"}, file) == {"KRX_ID": "own", "KRX_AUTH_KEY": "file"}
    assert with_secrets({"KRX_ID": "", "KRX_AUTH_KEY": "own"}, file)["KRX_ID"] == "file"
    assert with_secrets({"KRX_AUTH_KEY": "own"}, file)["KRX_AUTH_KEY"] == "own"


@given(st.binary(max_size=200))
def test_no_bytes_make_it_fall_over(content: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / SECRETS
        path.write_bytes(content)
        path.chmod(0o600)
        found, said = dict[str, str](), ""
        try:
            found = _load_secrets(Path(folder))
        except ConfigError as error:
            said = str(error)
        assert set(found) <= {"KRX_ID", "KRX_PW", "KRX_AUTH_KEY", "SCREENER_NOTIFY"}
        assert not said or (str(path) in said and "\n" not in said)
