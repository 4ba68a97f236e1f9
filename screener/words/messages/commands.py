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
    "measuring": "측정 중",
    "--json, --md, --csv, --html and --xlsx exclude each other: give one of them": (
        "--json, --md, --csv, --html, --xlsx는 함께 쓸 수 없습니다: 하나만 쓰십시오"
    ),
    "{source} could not serve: {why}": "{source}: 쓸 수 없었습니다: {why}",
    "compare takes two sectors or themes, not {n}: screener compare SEMI AI_SW": (
        "compare는 업종이나 테마 둘을 받습니다({n}개가 아니라): screener compare SEMI AI_SW"
    ),
    "stock takes one code or name, not {n}: screener stock 000660": (
        "stock은 종목코드나 이름 하나를 받습니다({n}개가 아니라): screener stock 000660"
    ),
    "{screen} takes no names: leave out {names}": "{screen}은(는) 이름을 받지 않습니다: {names}을(를) 빼십시오",
    "--save NAME and --group N go together": "--save NAME과 --group N은 함께 씁니다",
    "{one!r} is none of {kinds}": "{one!r}은(는) {kinds} 가운데 하나가 아닙니다",
    "screener tells which Korean sectors and stocks an event moved, and how surely.": (
        "screener는 사건이 한국의 어느 업종과 종목을 얼마나 확실하게 움직였는지 알려 줍니다."
    ),
    "Now: the DeepSeek shock of 31 January 2025. Your own: screener config init my": (
        "지금: 2025년 1월 31일 딥시크 쇼크. 내 사건과 업종: screener config init my"
    ),
    "Prices: fetched once, without an account, in about a minute, and kept.": (
        "가격: 계정 없이 한 번, 1분쯤 걸려 받아 보관합니다."
    ),
    "More: KRX_ID and KRX_PW, or KRX_AUTH_KEY, open indices and the whole market.": (
        "더: KRX_ID와 KRX_PW, 또는 KRX_AUTH_KEY가 있으면 지수와 시장 전체를 씁니다."
    ),
    "Next: screener doctor, which checks this machine, and screener --help": (
        "다음: 이 컴퓨터를 점검하는 screener doctor, 그리고 screener --help"
    ),
    # Shows what is configured and stored
    "right: {events} events, {sectors} sectors, {stocks} stocks, {claims} claims": (
        "올바름: 사건 {events}, 업종 {sectors}, 종목 {stocks}, 주장 {claims}"
    ),
    "{path}: copied": "{path}: 복사했습니다",
    "{path}: left as it is": "{path}: 그대로 두었습니다",
    "{store}: sound": "{store}: 온전합니다",
    "{store}: nothing to mend": "{store}: 고칠 것이 없습니다",
    "{store}: empty; `screener sync` fills it": "{store}: 비어 있습니다. `screener sync`로 채우십시오",
    "{path}: left from a write that was cut short, and no part of the store: the next sync clears it away": (
        "{path}: 중간에 끊긴 쓰기가 남긴 파일이며 저장소의 일부가 아닙니다: 다음 sync가 치웁니다"
    ),
    "NEWS": "소식",
    "EVENT DAY": "사건일",
    "BASE": "기준일",
    "SINCE": "경과",
    "FIRST PRICE": "첫 가격",
    "no price in the store yet: `screener sync` fetches them": (
        "저장소에 아직 가격이 없습니다: `screener sync`로 받습니다"
    ),
    "NAME": "이름",
    "STOCKS": "종목수",
    "THEMES": "테마수",
    "TICKER": "코드",
    "MARKET": "시장",
    "THEME": "테마",
    "SOURCE": "출처",
    "TABLE": "표",
    "SESSIONS": "거래일",
    "FIRST": "처음",
    "LAST": "마지막",
    "ROWS": "행",
    "FETCHED": "받은 때",
    "* put together after the event because of how they moved": "* 사건 뒤 움직임을 보고 묶은 종목군",
}
