"""What `screener doctor` looks at, finds and advises."""

from __future__ import annotations

CHECKS: dict[str, str] = {
    "ok": "정상",
    "warning": "경고",
    "failed": "실패",
    "libraries": "라이브러리",
    "locale": "로캘",
    "terminal": "터미널",
    "font": "글꼴",
    "clock": "시계",
    "disk: reports": "디스크: 보고서",
    "disk: state": "디스크: 상태",
    "disk: store": "디스크: 저장소",
    "configuration": "설정",
    "KRX account": "KRX 계정",
    "KRX password": "KRX 비밀번호",
    "Open API key": "Open API 키",
    "breaker KRX": "거부 KRX",
    "breaker Naver": "거부 네이버",
    "breaker Open API": "거부 Open API",
    "network KRX": "네트워크 KRX",
    "network Naver": "네트워크 네이버",
    "network Open API": "네트워크 Open API",
    "store": "저장소",
    "store files": "저장소 파일",
    "newest session": "최근 거래일",
    "calendar": "거래일력",
    "published": "보도된 수치",
}
"""Names and states of checks, which stay English in the JSON."""

DOCTOR: dict[str, str] = {
    "and {count} more": "외 {count}건",
    " and ": ", ",
    # The machine
    "use Python 3.11, 3.12 or 3.13": "Python 3.11, 3.12, 3.13 가운데 하나를 쓰십시오",
    "{found} is too old": "{found}: 너무 오래된 버전",
    "{found}, on which the screener has not been tested": "{found}: screener를 시험하지 않은 버전",
    "{name} is not installed": "{name}: 설치되지 않음",
    "{name} {version}, where {first} or later{below} is needed": "{name} {version}: {first} 이상{below}이어야 함",
    " and below {version}": ", {version} 미만",
    "install the screener anew into an environment of its own": "screener를 별도의 환경에 다시 설치하십시오",
    "none set": "설정 없음",
    "no encoding": "인코딩 없음",
    "none: plain text without colour": "없음: 색 없는 일반 텍스트",
    "of unknown kind": "종류를 알 수 없음",
    "{kind}, {width} columns": "{kind}, {width}칸",
    "{where}, {encoding}: Hangul cannot be shown": "{where}, {encoding}: 한글을 표시할 수 없음",
    "export LANG=C.UTF-8, or PYTHONIOENCODING=utf-8": "export LANG=C.UTF-8 또는 PYTHONIOENCODING=utf-8",
    "{where}: this console has no Hangul": "{where}: 이 콘솔에는 한글이 없음",
    "use a terminal emulator, or --lang en --ascii": "터미널 에뮬레이터나 --lang en --ascii를 쓰십시오",
    "{where}: tables leave out columns": "{where}: 표에서 열이 빠짐",
    "make it {least} columns wide or more; the CSV files hold everything": (
        "{least}칸 이상으로 넓히십시오. CSV 파일에는 모두 있습니다"
    ),
    "{font}, which comes with pykrx": "{font}(pykrx에 들어 있음)",
    "pykrx and its {font} are missing: charts would show boxes for Hangul": (
        "pykrx와 {font}이(가) 없음: 그림에 한글 대신 네모가 나옴"
    ),
    "install the screener anew": "screener를 다시 설치하십시오",
    "{now:%Y-%m-%d %H:%M} KST ({here:%H:%M} {zone} here)": "{now:%Y-%m-%d %H:%M} KST(이곳은 {here:%H:%M} {zone})",
    "{found}, as the exchange's": "{found}, 거래소와 같음",
    "{found} is {minutes:,.0f} minutes ahead of the exchange's": "{found}: 거래소보다 {minutes:,.0f}분 빠름",
    "{found} is {minutes:,.0f} minutes behind the exchange's": "{found}: 거래소보다 {minutes:,.0f}분 느림",
    "set it (timedatectl set-ntp true): it decides which session is over, and how long a refusal lasts": (
        "맞추십시오(timedatectl set-ntp true): 어느 거래일이 끝났는지, 거부가 언제 끝나는지가 시계에 달려 있습니다"
    ),
    "{folder}: {there} cannot be written to": "{folder}: {there}에 쓸 수 없음",
    "{folder}: {there} is no directory": "{folder}: {there}은(는) 디렉터리가 아님",
    "mend its permissions, or choose another place": "권한을 고치거나 다른 곳을 고르십시오",
    "{free:,.1f} GB free at {folder}": "{folder}에 {free:,.1f} GB 남음",
    "make room there, or choose another place": "그곳에 자리를 만들거나 다른 곳을 고르십시오",
    # The configuration
    "mend it; `screener config check` names every mistake": "고치십시오. `screener config check`가 모두 알립니다",
    # The exchange
    "{host}: not asked (--offline)": "{host}: 묻지 않음(--offline)",
    "{host} answers": "{host}: 응답함",
    "{host}: no refusal is remembered": "{host}: 기록된 거부 없음",
    "{host} refused this machine on {since:%Y-%m-%d %H:%M} ({why}): nothing is sent there before "
    "{until:%Y-%m-%d %H:%M} KST": (
        "{host}이(가) {since:%Y-%m-%d %H:%M}에 이 컴퓨터를 거부함({why}): {until:%Y-%m-%d %H:%M} KST까지 보내지 않음"
    ),
    "wait: asking sooner prolongs it; if you know that it is over, delete {path}": (
        "기다리십시오: 일찍 물으면 길어집니다. 끝난 것이 확실하면 {path}을(를) 지우십시오"
    ),
    "an answer of a form that is not known ({kind}): update the screener": (
        "모르는 형식의 응답({kind}): screener를 새 버전으로 바꾸십시오"
    ),
    "KRX_ID and KRX_PW": "KRX_ID와 KRX_PW",
    "none: adjusted prices of single stocks only; KRX_ID and KRX_PW open the whole market": (
        "없음: 종목별 수정주가만 쓸 수 있음. KRX_ID와 KRX_PW가 있으면 시장 전체를 씀"
    ),
    "{there} is set and {missing} is not": "{there}은(는) 있고 {missing}은(는) 없음",
    "set {missing}": "{missing}을(를) 설정하십시오",
    "{variables} set, not tried (--offline)": "{variables} 설정됨, 시도하지 않음(--offline)",
    "{variables} set and accepted": "{variables} 설정됨, 받아들여짐",
    "{variables} set, could not be tried": "{variables} 설정됨, 시도하지 못함",
    "see the network below": "아래의 네트워크를 보십시오",
    "in use since when is not known": "언제부터 쓰는지 알 수 없음",
    "in use for {days} days at least, since {since:%Y-%m-%d}": "{since:%Y-%m-%d}부터 적어도 {days}일째 사용",
    "{found}: KRX's 3 months ended on {end:%Y-%m-%d} at the latest": (
        "{found}: KRX의 3개월이 늦어도 {end:%Y-%m-%d}에 끝났음"
    ),
    "{found}: KRX's 3 months ends on {end:%Y-%m-%d} at the latest": (
        "{found}: KRX의 3개월이 늦어도 {end:%Y-%m-%d}에 끝남"
    ),
    "change it at data.krx.co.kr, then set KRX_PW": "data.krx.co.kr에서 바꾸고 KRX_PW를 설정하십시오",
    # The store
    "is behind a URL: not read (--offline)": "URL 너머에 있음: 읽지 않음(--offline)",
    "not checked: the store cannot be read": "점검하지 않음: 저장소를 읽을 수 없음",
    "`screener sync` fills it": "`screener sync`로 채우십시오",
    "each is as its manifest says": "모두 목록과 같음",
    "end any running sync, run `screener store repair`, then `screener sync`": (
        "실행 중인 sync를 끝내고 `screener store repair`, 다음에 `screener sync`를 실행하십시오"
    ),
    "1 session": "1거래일",
    "{count:,} sessions": "{count:,}거래일",
    "none; {final} is the last that is over": "없음. 끝난 마지막 거래일은 {final}",
    "{last}, though {final} is the last that is over: its prices are not final": (
        "{last}. 끝난 마지막 거래일은 {final}: 확정되지 않은 가격"
    ),
    "compare the clock; `screener sync` fetches the session anew": (
        "시계를 확인하십시오. `screener sync`가 그 거래일을 새로 받습니다"
    ),
    "{last}, {sessions} behind {final}": "{last}, {final}보다 {sessions} 늦음",
    "{last}, the last that is over": "{last}, 끝난 마지막 거래일",
    "agrees with what the store holds": "저장소와 일치함",
    "{days}: traded, though the calendar has no session": "{days}: 거래일력에 없는데 거래됨",
    "{days}: no trades, though the calendar has a session": "{days}: 거래일력에 있는데 거래 없음",
    "put into [calendar] of screener.toml, in the place of what stands there:\nclosed = [{closed}]\n"
    "opened = [{opened}]": (
        "screener.toml의 [calendar]에 있는 것을 이것으로 바꾸십시오:\nclosed = [{closed}]\nopened = [{opened}]"
    ),
    "the store does not hold {day}": "저장소에 {day}이(가) 없음",
    "{source}: {figures} of {day}": "{source}: {day} {figures}",
    "none of the figures": "해당 수치 없음",
    "1 close": "종가 1건",
    "{count:,} closes": "종가 {count:,}건",
    "1 return": "등락률 1건",
    "{count:,} returns": "등락률 {count:,}건",
    "{said} as newspapers printed them{aside}": "{said}이(가) 보도와 같음{aside}",
    "{said} compared{aside}": "{said}을(를) 비교함{aside}",
    "; closes are adjusted for later splits, and not compared": "; 종가는 뒤의 분할로 수정되어 비교하지 않음",
    "trust no report from {table} before it is explained; fetched or imported anew it may be right": (
        "까닭을 알기 전에는 {table}의 보고서를 믿지 마십시오. 새로 받거나 가져오면 맞을 수 있습니다"
    ),
    "a bug in the screener ended this check ({kind})": "프로그램 결함으로 점검이 끝남({kind})",
    "update the screener, or report it": "screener를 새 버전으로 바꾸거나 알려 주십시오",
}
