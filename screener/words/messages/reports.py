"""Why a report, a scan, a sync or its files could not be made, and what a sync did."""

from __future__ import annotations

REPORTS: dict[str, str] = {
    # What is asked for
    "which two? screener.toml has no spreads: write `screener compare SECTOR SECTOR`": (
        "어느 둘입니까? screener.toml에 spreads가 없습니다: `screener compare SECTOR SECTOR`로 쓰십시오"
    ),
    "{group} against itself is nothing: name two": "{group}을(를) 자신과 견줄 수는 없습니다: 둘을 쓰십시오",
    "no theme {theme!r} in {sector}: known are {known}": "{sector}에 {theme!r} 테마는 없습니다: 있는 것은 {known}",
    "it has none": "없음",
    "no stock {asked!r} in the sectors or the store{hint}{where}": (
        "업종과 저장소에 {asked!r} 종목이 없습니다{hint}{where}"
    ),
    "; `screener sync` with an account makes the whole market known": (
        "; 계정으로 `screener sync`를 하면 모든 종목을 알게 됩니다"
    ),
    # The study
    "the {model} model needs an index: give --benchmark FILE, or --model mean-adjusted": (
        "{model} 모형에는 지수가 필요합니다: --benchmark FILE이나 --model mean-adjusted를 주십시오"
    ),
    "the {model} model needs an index: give --benchmark FILE": (
        "{model} 모형에는 지수가 필요합니다: --benchmark FILE을 주십시오"
    ),
    "{event}: the prices reach over none of the configured windows": "{event}: 가격이 어느 구간에도 미치지 않습니다",
    "{event}: the prices do not reach over the window [{first}, {last}]: sync more, or wait": (
        "{event}: 가격이 구간 [{first}, {last}]에 미치지 않습니다: 더 받거나 기다리십시오"
    ),
    "{event}: no stock has a return over {leading} from {base} ({why}): nothing to report": (
        "{event}: {base}부터 {leading}의 등락률이 있는 종목이 없습니다({why}): 보고할 것이 없습니다"
    ),
    "{event}: no stock of {count} has an abnormal return and {estimation} sessions of estimation with placebo dates "
    "before it: sync more history, or give longer files": (
        "{event}: {count}종목 가운데 초과수익률과, 그 앞에 추정기간 {estimation}거래일과 비교할 거래일이 있는 종목이 "
        "없습니다: 더 긴 기간을 받거나 더 긴 파일을 주십시오"
    ),
    "{name} has no level on {day} or the session before: {remedy}": (
        "{day}이나 그 직전 거래일의 {name} 값이 없습니다: {remedy}"
    ),
    "complete the --benchmark file": "--benchmark 파일을 채우십시오",
    "`screener sync` fetches it": "`screener sync`로 받으십시오",
    "{ticker} on {day}{more}: its move is beyond the daily limit: mend it, or give that day's official rate with "
    "--market FILE (price_limit = 0 switches the check off)": (
        "{ticker} {day}{more}: 가격제한폭을 넘는 등락입니다: 고치거나, 그날의 공식 등락률을 --market FILE로 주십시오"
        "(price_limit = 0이면 검사하지 않습니다)"
    ),
    # The scan, and what it saves
    "no scan of {source!r}: {needed}": "{source!r}은(는) 훑을 수 없습니다: {needed}",
    "no stock of {count} passes the filters: lower --min-cap or --min-value": (
        "{count}종목이 모두 걸러졌습니다: --min-cap이나 --min-value를 낮추십시오"
    ),
    "no group {number}: the scan found {known}": "{number}번 종목군은 없습니다: 찾은 것은 {known}",
    "1 to {count}": "1~{count}",
    "none: too few sessions before the event": "없음: 사건 전의 거래일이 너무 적음",
    "--save needs --config DIR, a directory of your own: `screener config init DIR` makes one": (
        "--save에는 사용자의 디렉터리인 --config DIR이 필요합니다: `screener config init DIR`로 만드십시오"
    ),
    "--save {name!r}: is no id: letters, digits, _ and - only, at most 40": (
        "--save {name!r}: ID가 아닙니다: 영문자, 숫자, _, -만 40자까지 쓰십시오"
    ),
    "--save {name}: {file} has a sector of that name: choose another, or --replace": (
        "--save {name}: {file}에 그 이름의 업종이 있습니다: 다른 이름이나 --replace를 쓰십시오"
    ),
    "discovered by a scan of {event}, {day}: moved with the others of its group on {sessions} sessions before the "
    "event (mean correlation {correlation:.2f})": (
        "{event}({day})을(를) 훑어 찾음: 사건 전 {sessions}거래일에 종목군의 다른 종목과 함께 움직임(평균 상관 "
        "{correlation:.2f})"
    ),
    # The sync
    "no source {source!r} to sync from: known are auto, pykrx, openapi and file:PATH": (
        "받을 수 있는 {source!r} 출처는 없습니다: 있는 것은 auto, pykrx, openapi, file:PATH"
    ),
    "--to {last} is before {first}, the first day that the events need: give --from as well": (
        "--to {last}은(는) 사건들에 필요한 첫날 {first}보다 앞입니다: --from도 주십시오"
    ),
    "--from {first} is after {last}, the last session that is over": (
        "--from {first}은(는) 끝난 마지막 거래일 {last}보다 뒤입니다"
    ),
    "--from {first} is after --to {last}: exchange them": "--from {first}이(가) --to {last}보다 뒤입니다: 바꾸십시오",
    "{option} {day} is before {since}, where KOSPI begins": "{option} {day}은(는) KOSPI가 시작한 {since} 전입니다",
    "{option} {day} is in the future (today is {today})": "{option} {day}은(는) 미래입니다(오늘은 {today})",
    "{count} sessions": "{count}거래일",
    "{count} stocks": "{count}종목",
    "{count} requests": "요청 {count}건",
    "nothing was missing": "빠진 것 없음",
    "through {day}": "{day}까지",
    "no session is stored": "저장된 거래일 없음",
    "adjusted prices had changed backwards, replaced whole": "과거의 수정주가가 바뀌어 모두 새로 씀",
    "no price, or no longer those that are stored": "가격이 없거나, 저장된 것이 더는 없음",
    "no session, though the calendar has it": "거래일력에 있으나 거래일이 아님",
    "no figures: a holiday, or they are still to come": "수치 없음: 휴장일이거나 아직 나오지 않음",
    " and {count} more": " 외 {count}건",
    "store: {store}": "저장소: {store}",
    # Files
    "{path}: cannot be written ({cause}): choose another place, or make room": (
        "{path}: 쓸 수 없습니다({cause}): 다른 곳을 고르거나 자리를 만드십시오"
    ),
    "{path}: is in the way: give another name, or move it, a file belongs there": (
        "{path}: 파일이 들어갈 자리를 막고 있습니다: 다른 이름을 주거나 옮기십시오"
    ),
    "{folder}: is in the way of {name}: move it, a directory belongs there": (
        "{folder}: {name}이(가) 들어갈 디렉터리의 자리를 막고 있습니다: 옮기십시오"
    ),
    "{folder}: is in the way: move it, a report directory belongs there": (
        "{folder}: 보고서 디렉터리의 자리를 막고 있습니다: 옮기십시오"
    ),
    "{root}: another screener has been writing there for a minute: wait, or end it": (
        "{root}: 다른 screener가 1분째 쓰고 있습니다: 기다리거나 끝내십시오"
    ),
    "{path}: cannot be read ({error}): move it away to start a new history": (
        "{path}: 읽을 수 없습니다({error}): 다른 곳으로 옮기면 새 기록을 시작합니다"
    ),
    "{path}: its columns are not this version's: move it away to start a new history": (
        "{path}: 열이 이 버전과 다릅니다: 다른 곳으로 옮기면 새 기록을 시작합니다"
    ),
    "history.csv: {as_of}, {event}, {sector}: {name} is {cell!r}, which is no figure: mend it, or move the "
    "file away to start a new history": (
        "history.csv: {as_of}, {event}, {sector}: {name} 값 {cell!r}은(는) 숫자가 아닙니다: 고치거나, "
        "파일을 다른 곳으로 옮기면 새 기록을 시작합니다"
    ),
    "{table}, {column}, row {row}: more than a sheet can hold: write CSV or Parquet instead": (
        "{table}, {column}, {row}행: 시트에 담을 수 없습니다: CSV나 Parquet로 쓰십시오"
    ),
    "workbooks need xlsxwriter: run `pip install 'krx-impact-screener[xlsx]'`": (
        "엑셀 파일에는 xlsxwriter가 필요합니다: `pip install 'krx-impact-screener[xlsx]'`를 실행하십시오"
    ),
}
