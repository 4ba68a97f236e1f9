"""What is wrong in configuration files, in the words of the screener, of tomllib and of pydantic."""

from __future__ import annotations

SETTINGS: dict[str, str] = {
    # Files
    "{directory}: no such directory: give --config (or SCREENER_CONFIG) one that holds *.toml": (
        "{directory}: 그런 디렉터리가 없습니다: --config(또는 SCREENER_CONFIG)에 *.toml이 있는 디렉터리를 주십시오"
    ),
    "{path}: is not read{near}": "{path}: 읽지 않는 파일입니다{near}",
    "{directory}: holds none of {files}: `screener config init {directory}` copies them": (
        "{directory}: {files} 가운데 아무것도 없습니다: `screener config init {directory}`로 복사하십시오"
    ),
    "{path}: cannot be written ({cause}): choose another directory": (
        "{path}: 쓸 수 없습니다({cause}): 다른 디렉터리를 고르십시오"
    ),
    "{path}: cannot be read ({cause}): check the path and its permissions": (
        "{path}: 읽을 수 없습니다({cause}): 경로와 권한을 확인하십시오"
    ),
    "{path}:{line}: not UTF-8 text: save the file as UTF-8": (
        "{path}:{line}: UTF-8 텍스트가 아닙니다: 파일을 UTF-8로 저장하십시오"
    ),
    "{path}:1: the file is empty: fill it, or delete it to use the shipped one": (
        "{path}:1: 빈 파일입니다: 채우거나, 지우고 기본 설정을 쓰십시오"
    ),
    "{path}:1: not TOML: its brackets are nested too deeply": (
        "{path}:1: TOML이 아닙니다: 괄호가 너무 깊이 겹쳐 있습니다"
    ),
    "{where}: not TOML: {what}: look for a missing quote, bracket or equals sign": (
        "{where}: TOML이 아닙니다: {what}: 빠진 따옴표, 괄호, 등호를 찾아보십시오"
    ),
    # Keys and values
    " or ": " 또는 ",
    "none": "없음",
    "none yet": "아직 없음",
    ": did you mean {near}?": ": 혹시 {near}?",
    ": known are {known}": ": 있는 것은 {known}",
    "unknown key {key!r}": "모르는 키 {key!r}",
    "the key {key!r} is missing: add it": "{key!r} 키가 없습니다: 넣으십시오",
    "{value} is too short: add what is missing": "{value}에 빠진 것이 있습니다: 넣으십시오",
    "{value!r} is not possible here: write {choices}": "{value!r}은(는) 쓸 수 없습니다: {choices}(으)로 쓰십시오",
    "{value!r} is no id: letters, digits, _ and - only, at most 40": (
        "{value!r}은(는) ID가 아닙니다: 영문자, 숫자, _, -만 40자까지 쓰십시오"
    ),
    "{value!r} is no date: write it as 2025-01-31, without quotes": (
        "{value!r}은(는) 날짜가 아닙니다: 따옴표 없이 2025-01-31처럼 쓰십시오"
    ),
    "{value!r} is no date: write it as 2025-01-31 or 2025-01-31T15:40:00, without quotes": (
        "{value!r}은(는) 날짜가 아닙니다: 따옴표 없이 2025-01-31이나 2025-01-31T15:40:00처럼 쓰십시오"
    ),
    "{value!r} is no plain text on one line: it is empty, or holds a control character": (
        "{value!r}은(는) 한 줄의 일반 텍스트가 아닙니다: 비어 있거나 제어 문자가 있습니다"
    ),
    'a ticker is text, not a number: write "{ticker}" in quotes': (
        '종목코드는 수가 아니라 텍스트입니다: 따옴표로 묶어 "{ticker}"로 쓰십시오'
    ),
    'a ticker is text, not a number: write "{value:06d}" in quotes': (
        '종목코드는 수가 아니라 텍스트입니다: 따옴표로 묶어 "{value:06d}"로 쓰십시오'
    ),
    '{value!r} is no ticker: six digits or capital letters in quotes, such as "000660"': (
        '{value!r}은(는) 종목코드가 아닙니다: "000660"처럼 따옴표로 묶은 숫자나 영문 대문자 여섯 자로 쓰십시오'
    ),
    "{what} (found {value})": "{what} (쓰인 값 {value})",
    # Events
    "no event {event!r}{near} (`screener events` lists them)": (
        "{event!r} 사건은 없습니다{near} (목록은 `screener events`)"
    ),
    "no event {event!r} in events.toml": "events.toml에 {event!r} 사건이 없습니다",
    "{day} is in the future (today is {today}): an event must have happened": (
        "{day}은(는) 미래입니다(오늘은 {today}): 이미 일어난 사건이어야 합니다"
    ),
    "event_day {event_day} is before KRX could react to the news of {news}": (
        "event_day {event_day}은(는) {news} 소식에 시장이 반응할 수 있기 전입니다"
    ),
    "event_day {event_day} is before KRX could react to the news of {news} after the close": (
        "event_day {event_day}은(는) {news} 장 마감 뒤의 소식에 시장이 반응할 수 있기 전입니다"
    ),
    "event_day {event_day} is a weekend: leave it out, and the data decides": (
        "event_day {event_day}은(는) 주말입니다: 빼 두면 자료로 정합니다"
    ),
    "base {base} must be the session before event_day {event_day}": (
        "base {base}은(는) event_day {event_day} 직전 거래일이어야 합니다"
    ),
    # Sectors
    "no sector {sector!r}{near} (`screener sectors` lists them)": (
        "{sector!r} 업종은 없습니다{near} (목록은 `screener sectors`)"
    ),
    "no sector {sector!r} in sectors.toml": "sectors.toml에 {sector!r} 업종이 없습니다",
    "{ticker} is of {market} in {elsewhere}: a stock has one market": (
        "{ticker}은(는) {elsewhere}에서 {market} 종목입니다: 한 종목의 시장은 하나입니다"
    ),
    "ticker {ticker} ({ko}) stands twice in this sector: delete one": (
        "이 업종에 종목코드 {ticker}({ko})이(가) 두 번 있습니다: 하나를 지우십시오"
    ),
    "theme {theme!r} is not declared in this sector's themes ({known})": (
        "{theme!r} 테마는 이 업종의 themes에 없습니다({known})"
    ),
    # screener.toml
    "the weights sum to {total:g}; they must sum to 1": "가중치의 합이 {total:g}입니다. 합은 1이어야 합니다",
    "{value!r} is no window: write [first, last] in sessions around the event day, such as [0, 5]": (
        "{value!r}은(는) 구간이 아닙니다: 사건일 앞뒤의 거래일로 [0, 5]처럼 [처음, 끝]을 쓰십시오"
    ),
    "the window [{first}, {last}] is reversed: write [{last}, {first}]": (
        "구간 [{first}, {last}]의 앞뒤가 바뀌었습니다: [{last}, {first}]로 쓰십시오"
    ),
    "the window [{first}, {last}] stands twice": "구간 [{first}, {last}]이(가) 두 번 있습니다",
    "the window [{first}, {last}] reaches into the estimation window: start it at {earliest} or later": (
        "구간 [{first}, {last}]이(가) 추정기간에 걸칩니다: {earliest} 이후에 시작하십시오"
    ),
    "the window [{first}, {last}] reaches into the estimation window: start it at {earliest} or later, or widen the "
    "gap": "구간 [{first}, {last}]이(가) 추정기간에 걸칩니다: {earliest} 이후에 시작하거나 gap을 늘리십시오",
    "{day} stands twice: delete one": "{day}이(가) 두 번 있습니다: 하나를 지우십시오",
    "{day} is a weekend, when KRX is closed anyway: delete it": ("{day}은(는) 어차피 휴장하는 주말입니다: 지우십시오"),
    "{day} stands in opened as well: delete one": "{day}이(가) opened에도 있습니다: 하나를 지우십시오",
    "min_obs {min_obs} is more than the {estimation} sessions of the estimation window": (
        "min_obs {min_obs}이(가) 추정기간 {estimation}거래일보다 많습니다"
    ),
    "the spread of {a} with itself is nothing: name two sectors": (
        "{a}을(를) 자신과 견줄 수는 없습니다: 두 업종을 쓰십시오"
    ),
    # Claims
    "{value!r} names a stock twice: delete one": "{value!r}에 같은 종목이 두 번 있습니다: 하나를 지우십시오",
    '{value!r} is no group: write "SECTOR", "SECTOR/theme", or tickers such as ["000660", "005930"]': (
        '{value!r}은(는) 종목군이 아닙니다: "SECTOR", "SECTOR/theme", ["000660", "005930"] 같은 종목코드로 쓰십시오'
    ),
    "{value!r} is no range: write [lowest, highest], such as [-10, -9] or [5, inf]": (
        "{value!r}은(는) 범위가 아닙니다: [-10, -9]나 [5, inf]처럼 [최저, 최고]로 쓰십시오"
    ),
    "the range [{low}, {high}] is reversed: write [{high}, {low}]": (
        "범위 [{low}, {high}]의 앞뒤가 바뀌었습니다: [{high}, {low}]로 쓰십시오"
    ),
    "{range} does not hold the range of confirmed: widen it": (
        "{range}이(가) confirmed의 범위를 담지 못합니다: 넓히십시오"
    ),
    "until {until} must be after by {by}": "until {until}은(는) by {by}보다 뒤여야 합니다",
    "a claim has a test, or not_testable with the reason: write one of the two": (
        "주장에는 test, 또는 이유를 적은 not_testable이 있어야 합니다: 둘 중 하나를 쓰십시오"
    ),
    "no other claim {against!r}": "{against!r}이라는 다른 주장은 없습니다",
    "{against} is about {its}, not {mine}": "{against}은(는) {mine}이(가) 아니라 {its}에 대한 주장입니다",
    "no {peer!r} in the table abroad of {event}": "{event}의 abroad 표에 {peer!r}이(가) 없습니다",
    "the peers moved in both directions: name those of one": (
        "peers가 서로 다른 방향으로 움직였습니다: 한 방향의 것만 쓰십시오"
    ),
    "no sector holds {missing}: add it to one in sectors.toml": (
        "{missing}이(가) 든 업종이 없습니다: sectors.toml의 한 업종에 넣으십시오"
    ),
    "{sector} has no theme {theme!r}": "{sector}에 {theme!r} 테마가 없습니다",
    "{sector} was put together after the event (post_hoc): it can confirm nothing": (
        "{sector}은(는) 사건 뒤에 묶은 종목군(post_hoc)입니다: 아무것도 확인할 수 없습니다"
    ),
    "no test is of the kind {kind!r}": "{kind!r}이라는 kind의 test는 없습니다",
}

TOMLLIB: dict[str, str] = {
    "Cannot declare {value} twice": "{value}을(를) 두 번 선언할 수 없음",
    "Cannot mutate immutable namespace {value}": "{value}은(는) 더 고칠 수 없음",
    "Cannot overwrite a value": "값을 두 번 쓸 수 없음",
    "Cannot redefine namespace {value}": "{value}을(를) 다시 정의할 수 없음",
    "Duplicate inline table key {value}": "인라인 표에 {value} 키가 두 번 있음",
    "Escaped character is not a Unicode scalar value": "이스케이프한 문자가 유니코드 문자가 아님",
    "Expected ']' at the end of a table declaration": "표 선언 끝에 ']'가 없음",
    "Expected ']]' at the end of an array declaration": "배열 선언 끝에 ']]'가 없음",
    "Expected '=' after a key in a key/value pair": "키 다음에 '='가 없음",
    "Expected newline or end of document after a statement": "문장 다음에 줄바꿈이 없음",
    "Expected {value}": "{value}이(가) 없음",
    "Found invalid character {value}": "쓸 수 없는 문자 {value}",
    "Illegal character {value}": "쓸 수 없는 문자 {value}",
    "Invalid date or datetime": "날짜나 시각이 아님",
    "Invalid hex value": "16진수가 아님",
    "Invalid initial character for a key part": "키를 시작할 수 없는 문자",
    "Invalid statement": "문장이 아님",
    "Invalid value": "값이 아님",
    "Unclosed array": "닫히지 않은 배열",
    "Unclosed inline table": "닫히지 않은 인라인 표",
    "Unescaped '\\' in a string": "문자열에 이스케이프하지 않은 '\\'",
    "Unterminated string": "닫히지 않은 문자열",
}
"""By tomllib's message, with {value} for what stands in quotes or brackets."""

PYDANTIC: dict[str, str] = {
    "Input should be a valid string": "텍스트여야 합니다",
    "Input should be a valid integer": "정수여야 합니다",
    "Input should be a valid number": "수여야 합니다",
    "Input should be a valid boolean": "true나 false여야 합니다",
    "Input should be a valid dictionary": "표여야 합니다",
    "Input should be a valid dictionary or instance of {class_name}": "표여야 합니다",
    "Input should be a valid dictionary or object to extract fields from": "표여야 합니다",
    "Input should be a valid tuple": "목록이어야 합니다",
    "Input should be greater than {gt}": "{gt:g}보다 커야 합니다",
    "Input should be greater than or equal to {ge}": "{ge:g} 이상이어야 합니다",
    "Input should be less than or equal to {le}": "{le:g} 이하여야 합니다",
    "{field_type} should have at least {min_length} item{expected_plural} after validation, not {actual_length}": (
        "적어도 {min_length}개가 있어야 합니다"
    ),
    "{field_type} should have at most {max_length} item{expected_plural} after validation, not {actual_length}": (
        "{max_length}개까지만 쓸 수 있습니다"
    ),
}
"""By the template of pydantic's message, whose values the Korean may leave out."""
