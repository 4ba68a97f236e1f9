"""What is wrong with price files and sources, and with prices themselves."""

from __future__ import annotations

PRICES: dict[str, str] = {
    # Files
    "{path}: {what}: check the path": "{path}: {what}: 경로를 확인하십시오",
    "is a directory": "디렉터리입니다",
    "no such file": "그런 파일이 없습니다",
    "{path}: is compressed: unpack it": "{path}: 압축된 파일입니다: 압축을 푸십시오",
    "{path}: holds no rows": "{path}: 행이 없습니다",
    "{path}:1: the file is empty": "{path}:1: 빈 파일입니다",
    "{path}: no column {missing}: it has {there}": "{path}: {missing} 열이 없습니다: 있는 열은 {there}",
    "{path}: the column {column} stands twice: delete one": "{path}: {column} 열이 두 번 있습니다: 하나를 지우십시오",
    "{path}: column date holds {form}: write dates as 2025-01-31": (
        "{path}: date 열이 {form}입니다: 날짜를 2025-01-31처럼 쓰십시오"
    ),
    "{path}:{line}: column {name} is empty: fill it or delete the row": (
        "{path}:{line}: {name} 열이 비어 있습니다: 채우거나 그 행을 지우십시오"
    ),
    "{path}: none of the configured tickers is in it: the first one there is {ticker!r}": (
        "{path}: 설정된 종목코드가 하나도 없습니다: 파일의 첫 종목코드는 {ticker!r}"
    ),
    "{where}: {found!r} is not {kind}": "{where}: {found!r}은(는) {kind} 아닙니다",
    "a date such as 2025-01-31": "2025-01-31 같은 날짜가",
    "a number": "수가",
    "{where}: not UTF-8 text: save the file as UTF-8 (in Excel: CSV UTF-8)": (
        "{where}: UTF-8 텍스트가 아닙니다: 파일을 UTF-8로 저장하십시오(Excel에서는 CSV UTF-8)"
    ),
    "{where}: cannot be read: {message}": "{where}: 읽을 수 없습니다: {message}",
    "{called}: none of the {count} configured tickers has a price{until}": (
        "{called}: 설정된 {count}종목 가운데{until} 가격이 있는 종목이 없습니다"
    ),
    " through {day}": " {day}까지",
    "{called}: none of the {count} configured tickers ever traded": (
        "{called}: 설정된 {count}종목 가운데 거래된 종목이 없습니다"
    ),
    "{called}: {day} is in the future (today is {today}): correct the date": (
        "{called}: {day}은(는) 미래입니다(오늘은 {today}): 날짜를 고치십시오"
    ),
    "{called}: no index {name!r}: the column index holds {there}": (
        "{called}: {name!r} 지수가 없습니다: index 열에 있는 것은 {there}"
    ),
    "{called}: {key} on {day}: {name} {figure:g} cannot be: correct it": (
        "{called}: {key} {day}: {name} {figure:g}은(는) 있을 수 없습니다: 고치십시오"
    ),
    # Prices
    "{what}: {ticker} on {day}: {name} {value:g} {why}{more}: correct it or delete the row": (
        "{what}: {ticker} {day}: {name} {value:g}{why}{more}: 고치거나 그 행을 지우십시오"
    ),
    "is not a price": "은(는) 가격이 아닙니다",
    "cannot be": "은(는) 있을 수 없습니다",
    " (and {count} more)": " (외 {count}건)",
    "{what}: {ticker} on {day} stands twice, with {name} {first:g} and {second:g}{more}: delete the wrong row": (
        "{what}: {ticker} {day}이(가) 두 번 있습니다({name} {first:g}, {second:g}){more}: 틀린 행을 지우십시오"
    ),
    "{called}: {name} on {day} stands twice with different levels: delete one row": (
        "{called}: {name} {day}이(가) 다른 값으로 두 번 있습니다: 한 행을 지우십시오"
    ),
    "{called}: {name} on {day}: {level:g} is not an index level": (
        "{called}: {name} {day}: {level:g}은(는) 지수 값이 아닙니다"
    ),
    "{called}: {name} moves from {before:g} to {level:g} on {day}: correct it": (
        "{called}: {name}이(가) {day}에 {before:g}에서 {level:g}(으)로 움직입니다: 고치십시오"
    ),
    "change_pct does not go with the closes on most of {count} rows: is it in %, and of these closes?": (
        "{count}행 대부분에서 change_pct가 종가와 맞지 않습니다: %이고 이 종가의 등락률인지 확인하십시오"
    ),
    # Beside what newspapers printed
    "{name} closed at {close:,.10g}, published {printed:,.10g}": "{name} 종가 {close:,.10g}, 보도 {printed:,.10g}",
    "{name} moved {rate:+.2f} %, published {printed:+.2f} %": "{name} 등락률 {rate:+.2f}%, 보도 {printed:+.2f}%",
    # The event in the prices
    "{name}: no session from {day} on: the prices end on {last}": (
        "{name}: {day}부터의 거래일이 없습니다: 가격은 {last}까지"
    ),
    "{name}: {event_day} is no session in the prices (next is {found}): mend event_day, or add the session": (
        "{name}: {event_day}은(는) 가격에 없는 거래일입니다(다음은 {found}): event_day를 고치거나 거래일을 넣으십시오"
    ),
    "{name}: the prices start on {first}: the session before the event is missing": (
        "{name}: 가격이 {first}에 시작합니다: 사건 직전 거래일이 없습니다"
    ),
    "{name}: the session before {found} is {before} in the prices, not {base}: mend base, or add the session": (
        "{name}: 가격에서 {found} 직전 거래일은 {base}이(가) 아니라 {before}입니다: base를 고치거나 거래일을 넣으십시오"
    ),
    # Sources
    "--benchmark and --market go with --source file:PATH": (
        "--benchmark와 --market은 --source file:PATH와 함께 쓰십시오"
    ),
    "--source file: names no file: write --source file:PATH or file:A.parquet,B.csv": (
        "--source file:에 파일이 없습니다: --source file:PATH나 file:A.parquet,B.csv로 쓰십시오"
    ),
    "--source file: names no file: write --source file:PATH": (
        "--source file:에 파일이 없습니다: --source file:PATH로 쓰십시오"
    ),
    "--source openapi needs a key: set KRX_AUTH_KEY (free at openapi.krx.co.kr)": (
        "--source openapi에는 키가 필요합니다: KRX_AUTH_KEY를 설정하십시오(openapi.krx.co.kr에서 무료)"
    ),
    "no source {source!r}: known are auto, store, pykrx, openapi, press, file:PATH (`screener demo` has its own)": (
        "{source!r} 출처는 없습니다: 있는 것은 auto, store, pykrx, openapi, press, file:PATH(`screener demo`는 따로)"
    ),
    ": give prices with --source file:PATH --benchmark FILE": (
        ": --source file:PATH --benchmark FILE로 가격을 주십시오"
    ),
    "newspaper figures are held for {day} only": "신문 수치는 {day} 것만 있습니다",
    "newspaper figures are of {day}, after --as-of {as_of}": "신문 수치는 --as-of {as_of} 뒤인 {day} 것입니다",
    "press: {refusal}: give prices with --source file:PATH": "press: {refusal}: --source file:PATH로 가격을 주십시오",
    "{store} lacks {told}": "{store}에 없는 것: {told}",
    "{store} is empty": "{store}이(가) 비어 있습니다",
    "sessions from {first} to {last}, it holds {start} to {end}": "{first}~{last} 거래일(있는 것은 {start}~{end})",
    "the final volumes of {day}": "{day}의 확정 거래량",
    "the indices of {day}": "{day}의 지수",
    "{ticker} from {first} to {last}": "{ticker} {first}~{last}",
    "{refusal}: it has not come yet, try later": "{refusal}: 아직 나오지 않았으니 나중에 다시 하십시오",
    "{fund} for {index}": "{index} 대신 {fund}",
    "{source}: the store has no level of {key}: `screener sync` fetches it": (
        "{source}: 저장소에 {key} 값이 없습니다: `screener sync`로 받으십시오"
    ),
    # The whole market
    "scan needs the whole market: sync it with KRX_AUTH_KEY or with KRX_ID and KRX_PW set (`screener sync`), or give "
    "--source file:PATH --benchmark FILE --market FILE": (
        "scan에는 시장 전체가 필요합니다: KRX_AUTH_KEY나 KRX_ID와 KRX_PW를 설정하고 받거나(`screener sync`), --source "
        "file:PATH --benchmark FILE --market FILE을 주십시오"
    ),
    "{store} holds no whole market before {first_day}: {needed}": (
        "{store}에 {first_day} 전의 시장 전체가 없습니다: {needed}"
    ),
    "{called}: no session before {first_day}: {needed}": "{called}: {first_day} 전의 거래일이 없습니다: {needed}",
    "{called}: {count} stocks on {base}, a whole market has {least} or more: {needed}": (
        "{called}: {base}에 {count}종목, 시장 전체는 {least}종목 이상입니다: {needed}"
    ),
}
