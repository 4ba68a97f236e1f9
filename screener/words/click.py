"""Korean for click's own words, by its English ones: what a user of this command line can meet.

click asks gettext for them, which reads the compiled `locale/ko/LC_MESSAGES/messages.mo`; make brings it up to date.
"""

from __future__ import annotations

CLICK: dict[str | tuple[str, str], str] = {
    "Usage:": "사용법:",
    "Options": "옵션",
    "Positional arguments": "인자",
    "Commands": "명령",
    "Show this message and exit.": "이 도움말을 보여 주고 끝냅니다.",
    "default: {default}": "기본값: {default}",
    "env var: {var}": "환경 변수: {var}",
    "required": "필수",
    "Missing command.": "명령이 없습니다.",
    "Missing argument": "필요한 인자가 없습니다:",
    "Missing option": "필요한 옵션이 없습니다:",
    "No such option {name!r}.": "{name!r} 옵션은 없습니다.",
    "No such command {name!r}.": "{name!r} 명령은 없습니다.",
    ("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)"): "혹시 {possibilities}?",
    "Invalid value: {message}": "잘못된 값: {message}",
    "Invalid value for {param_hint}: {message}": "{param_hint} 값이 잘못되었습니다: {message}",
    ("{value!r} is not {choice}.", "{value!r} is not one of {choices}."): "{value!r} 대신 {choices} 중에서 고르십시오.",
    "{value} is not in the range {range}.": "{value}은(는) {range} 범위를 벗어났습니다.",
    "{value!r} is not a valid {number_type}.": "{value!r}은(는) 여기에 쓸 수 있는 수가 아닙니다.",
    "Option {name!r} does not take a value.": "{name!r} 옵션은 값을 받지 않습니다.",
    (
        "Option {name!r} requires an argument.",
        "Option {name!r} requires {nargs} arguments.",
    ): "{name!r} 옵션에는 값이 필요합니다.",
    (
        "Got unexpected extra argument ({args})",
        "Got unexpected extra arguments ({args})",
    ): "남는 인자가 있습니다({args})",
    "Choose from:\n\t{choices}": "다음 중에서 고르십시오:\n\t{choices}",
}
"""By the singular or by singular and plural; Korean has one form for both."""
