"""What the values of configuration files are: ids, names, tickers, days, and mistakes in them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from screener.i18n import _
from screener.krx.codes import TICKER, code_of

MOST_SESSIONS = 2500
"""Of a window, a gap or an estimation: ten years, in which a stock becomes another one."""
MOST_PLACEBOS = 5000
"""Sessions that an event is ranked among: all that KRX has had since it sells its data."""
_LONGEST_TEXT = 2000
"""Characters of a name, or of what an article says."""
Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9가-힣][A-Za-z0-9가-힣_-]{0,39}$")]
"""Names a directory and stands in file names, so it holds neither slashes nor dots."""


def mistake(message: str, /, *at: str | int, **values: Any) -> PydanticCustomError:
    """A validation error with `values` in its message that points at `at`, a path below the model that raises it."""
    return PydanticCustomError("mistake", "{message}", {"message": _(message, **values), "at": at})


def _plain(value: str) -> str:
    if not value.strip() or not value.isprintable():
        raise mistake(
            "{value!r} is not plain text on one line: it is empty, or contains a control character", value=value
        )
    return value


PlainText = Annotated[str, AfterValidator(_plain)]
"""Text that may reach a terminal."""


def _ticker(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 999999:
        raise mistake('a ticker is text, not a number: write "{value:06d}" in quotes', value=value)
    if isinstance(value, str) and TICKER.fullmatch(value):
        return value
    code = code_of(value) if isinstance(value, str) and len(value) >= 6 else None
    if code is None:
        raise mistake(
            '{value!r} is not a valid ticker: six digits or capital letters in quotes, such as "000660"', value=value
        )
    return code


Ticker = Annotated[str, BeforeValidator(_ticker)]


class Strict(BaseModel):
    """Base of every configuration model: immutable, and unknown keys are mistakes."""

    # Built when a file is first checked: at import each would be built once for itself and again inside each holder.
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, str_max_length=_LONGEST_TEXT, defer_build=True)


class Name(Strict):
    """A name in both languages."""

    ko: PlainText
    en: PlainText

    @model_validator(mode="before")
    @classmethod
    def _of_text(cls, value: Any) -> Any:
        """One text is the name in both languages."""
        return {"ko": value, "en": value} if isinstance(value, str) else value


def moment_of(text: str) -> datetime | date | None:
    """A day such as 2025-01-31, or with a time 2025-01-31 15:40; None where `text` is neither."""
    for of_text in (date.fromisoformat, datetime.fromisoformat):
        try:
            return of_text(text.strip())
        except ValueError:
            continue
    return None


def _day(value: Any) -> Any:
    """A date that stands in quotes is one."""
    found = moment_of(value) if isinstance(value, str) else value
    return found if isinstance(found, date) and not isinstance(found, datetime) else value


Day = Annotated[date, BeforeValidator(_day)]
