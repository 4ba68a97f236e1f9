"""What the command line says by itself."""

from __future__ import annotations

COMMANDS: dict[str, str] = {
    "interrupted: nothing is half done, run it again to go on": (
        "중단되었습니다: 반쯤 된 것은 없으니 다시 실행하면 이어 갑니다"
    ),
    "{what}: {command} --help shows how": "{what}: 사용법은 {command} --help",
    "{file}: {cause}: make room, or choose another place": "{file}: {cause}: 자리를 만들거나 다른 곳을 고르십시오",
    "the output": "출력",
    "a bug in the screener: {kind}: {error} (--debug shows where)": (
        "프로그램 결함입니다: {kind}: {error} (--debug로 위치를 볼 수 있습니다)"
    ),
    "{value!r} is no date: write it as 2025-01-31": "{value!r}은(는) 날짜가 아닙니다: 2025-01-31처럼 쓰십시오",
}
