"""What the exchange, its account and its key, and the network may do, and what is wrong with what they give."""

from __future__ import annotations

EXCHANGE: dict[str, str] = {
    # Refusals
    "{host} refused this machine on {since:%Y-%m-%d %H:%M} ({why}): nothing is sent there before "
    "{until:%Y-%m-%d %H:%M} KST, for asking sooner prolongs it": (
        "{host}이(가) {since:%Y-%m-%d %H:%M}에 이 컴퓨터를 거부했습니다({why}): 일찍 물으면 거부가 길어지므로 "
        "{until:%Y-%m-%d %H:%M} KST까지 아무것도 보내지 않습니다"
    ),
    "{host} refuses this machine ({what}: {refusal}): nothing more is sent there for 24 hours{aside}": (
        "{host}이(가) 이 컴퓨터를 거부합니다({what}: {refusal}): 24시간 동안 더 보내지 않습니다{aside}"
    ),
    "; this could not be remembered ({path}: {cause}): do not ask again for a day": (
        "; 이것을 기록하지 못했습니다({path}: {cause}): 하루 동안 다시 묻지 마십시오"
    ),
    "{file} cannot be read": "{file}을(를) 읽을 수 없음",
    "redirects that lead nowhere": "끝나지 않는 리디렉션",
    "a redirect to {place}": "{place}(으)로 리디렉션",
    "another page": "다른 페이지",
    "a web page instead of data": "자료 대신 웹 페이지",
    "something else than data": "자료가 아닌 응답",
    "status {status}": "상태 코드 {status}",
    # The network
    "{host} could not be reached ({what}: {fault}{tries}): check the network, or try later": (
        "{host}에 연결하지 못했습니다({what}: {fault}{tries}): 네트워크를 확인하거나 나중에 다시 하십시오"
    ),
    ", {attempts} tries": ", {attempts}번 시도",
    "{host}: {what}: the fetch took too long and was ended: run it again to go on": (
        "{host}: {what}: 너무 오래 걸려 끝냈습니다: 다시 실행하면 이어 갑니다"
    ),
    "no whole answer within {seconds:g} seconds": "{seconds:g}초 안에 온전한 응답 없음",
    "its name could not be resolved": "이름을 찾을 수 없음",
    "it refused the connection": "연결 거부",
    "the network is unreachable": "네트워크에 닿을 수 없음",
    "it did not accept the connection in time": "연결 시간 초과",
    "its certificate is not trusted": "믿을 수 없는 인증서",
    "it did not answer in time": "응답 시간 초과",
    "its answer could not be unpacked": "응답의 압축을 풀 수 없음",
    "the connection was dropped": "연결 끊김",
    "the connection was dropped ({cause})": "연결 끊김({cause})",
    "an empty answer": "빈 응답",
    "an answer that breaks off": "중간에 끊긴 응답",
    "an answer in another charset than it says": "표시와 다른 문자 집합의 응답",
    "the network answers with a redirect to {place}": "네트워크가 {place}(으)로 리디렉션",
    "this machine's clock says {ours:%Y-%m-%d %H:%M} KST, the exchange's ({host}) {theirs:%Y-%m-%d %H:%M}: set it": (
        "이 컴퓨터의 시계는 {ours:%Y-%m-%d %H:%M} KST, 거래소({host})는 {theirs:%Y-%m-%d %H:%M}입니다: 맞추십시오"
    ),
    "{host}: status {status} for {path}: see whether a newer screener knows the new address": (
        "{host}: {path}에 상태 코드 {status}: 새 버전의 screener가 새 주소를 아는지 보십시오"
    ),
    # The account
    "{given} is set without {lacks}: goes on without the account; set both, or neither": (
        "{given}만 있고 {lacks}이(가) 없습니다: 계정 없이 계속합니다. 둘 다 설정하거나 둘 다 지우십시오"
    ),
    "data.krx.co.kr asks for an account: set KRX_ID and KRX_PW (free at data.krx.co.kr)": (
        "data.krx.co.kr은 계정을 요구합니다: KRX_ID와 KRX_PW를 설정하십시오(data.krx.co.kr에서 무료)"
    ),
    "KRX_ID or KRX_PW is not UTF-8 text: set it anew": ("KRX_ID나 KRX_PW가 UTF-8 텍스트가 아닙니다: 다시 설정하십시오"),
    "KRX says that this account's password has expired (it does every 3 months): change it at {address}, then set "
    "KRX_PW": (
        "이 계정의 비밀번호가 만료되었다고 KRX가 알립니다(3개월마다 만료): {address}에서 바꾸고 KRX_PW를 설정하십시오"
    ),
    "KRX refuses KRX_ID and KRX_PW (code {code}): check them at {address}; they were tried once only, for KRX locks "
    "accounts": (
        "KRX가 KRX_ID와 KRX_PW를 거부합니다(코드 {code}): {address}에서 확인하십시오. KRX는 계정을 잠그므로 한 번만 "
        "시도했습니다"
    ),
    "KRX ended the session twice: does another program use the same account? Stop it, or wait": (
        "KRX가 접속을 두 번 끊었습니다: 같은 계정을 쓰는 다른 프로그램이 있으면 멈추거나 기다리십시오"
    ),
    "{host}: the login is answered in a form that is not known: try later, or update the screener": (
        "{host}: 로그인의 응답이 모르는 형식입니다: 나중에 다시 하거나 screener를 새 버전으로 바꾸십시오"
    ),
    # The Open API
    "KRX_AUTH_KEY is empty: set it to a key from {site}, or unset it": (
        "KRX_AUTH_KEY가 비어 있습니다: {site}의 키로 설정하거나 지우십시오"
    ),
    "KRX_AUTH_KEY holds characters that no key has: copy it anew from {site}": (
        "KRX_AUTH_KEY에 키에 없는 문자가 있습니다: {site}에서 다시 복사하십시오"
    ),
    "KRX_AUTH_KEY is set, but KRX's Open API needs a library: pip install 'krx-impact-screener[openapi]'": (
        "KRX_AUTH_KEY가 있지만 KRX Open API에는 라이브러리가 필요합니다: pip install 'krx-impact-screener[openapi]'"
    ),
    "KRX Open API refuses KRX_AUTH_KEY, or the service {service} was not applied for: see {site} (a key is good for a "
    "year, and each service is applied for)": (
        "KRX Open API가 KRX_AUTH_KEY를 거부하거나, {service} 서비스를 신청하지 않았습니다: {site}에서 확인하십시오"
        "(키는 1년간 유효하고, 서비스는 하나씩 신청합니다)"
    ),
    "KRX Open API: the 10,000 requests a day of this key are used up: run it again after midnight KST": (
        "KRX Open API: 이 키의 하루 10,000건을 다 썼습니다: 자정(KST) 뒤에 다시 실행하십시오"
    ),
    "KRX Open API: {service} has nothing on {day}: half a market is not stored; try later": (
        "KRX Open API: {service}에 {day} 자료가 없습니다: 반쪽 시장은 저장하지 않습니다. 나중에 다시 하십시오"
    ),
    "KRX Open API has no figures of {day}: it has those from {since} on": (
        "KRX Open API에는 {day} 자료가 없습니다: {since}부터 있습니다"
    ),
    "KRX Open API: {service} answers with figures of {other} for {day}: nothing is stored, try later": (
        "KRX Open API: {service}이(가) {day} 대신 {other} 자료로 답합니다: 저장하지 않았으니 나중에 다시 하십시오"
    ),
    "no date": "날짜 없음",
    "KRX Open API names {name} {count} times among the indices of {day}: see whether a newer screener knows its new "
    "name": (
        "KRX Open API의 {day} 지수에 {name}이(가) {count}번 있습니다: 새 버전의 screener가 새 이름을 아는지 보십시오"
    ),
    "KRX Open API: {service}: {said}: try later, or see whether a newer krx-openapi knows it": (
        "KRX Open API: {service}: {said}: 나중에 다시 하거나, 새 버전의 krx-openapi가 아는지 보십시오"
    ),
    # Answers that are not what they should be
    "session {day}": "{day} 거래일",
    "index {code}": "지수 {code}",
    "index {index}": "지수 {index}",
    "flows {day}": "{day} 투자자별 순매수",
    "flows {day} ({investor})": "{day} 투자자별 순매수({investor})",
    "industries {day}": "{day} 업종 분류",
    "history of {ticker}": "{ticker} 시세",
    "number": "수가",
    "date": "날짜가",
    "{host} answers with nothing for {what}: it refuses, or has nothing yet; try again later": (
        "{host}이(가) {what}에 아무것도 주지 않습니다: 거부하거나 아직 없으니 나중에 다시 하십시오"
    ),
    "{host} answers with the prices of {other} for {symbol}: they are not stored, try later": (
        "{host}이(가) {symbol} 대신 {other}의 가격으로 답합니다: 저장하지 않았으니 나중에 다시 하십시오"
    ),
    "{name}: the answer for {what} has a form that pykrx does not know ({kind}: {error}): see whether a newer pykrx "
    "does": "{name}: {what}의 응답이 pykrx가 모르는 형식입니다({kind}: {error}): 새 버전의 pykrx가 아는지 보십시오",
    "pykrx cannot be loaded ({error}): install the screener anew": (
        "pykrx를 불러올 수 없습니다({error}): screener를 다시 설치하십시오"
    ),
    "KRX: {what}: {field} is not text: see whether a newer screener knows its new form": (
        "KRX: {what}: {field}이(가) 텍스트가 아닙니다: 새 버전의 screener가 새 형식을 아는지 보십시오"
    ),
    "KRX: {what}: {field} of row {row} cannot be read, it is in another charset than it says: nothing of it is "
    "stored": "KRX: {what}: {row}행의 {field}이(가) 표시와 다른 문자 집합이라 읽을 수 없습니다: 저장하지 않았습니다",
    "KRX: {what}: {field} of row {row} is {found!r}, no {kind}: nothing of it is stored": (
        "KRX: {what}: {row}행의 {field} {found!r}은(는) {kind} 아닙니다: 저장하지 않았습니다"
    ),
    "KRX: {what}: a row has no {field}: nothing of it is stored": (
        "KRX: {what}: {field}이(가) 없는 행이 있습니다: 저장하지 않았습니다"
    ),
    "KRX: {what}: there is no {field}: renamed by KRX; see whether a newer screener knows it": (
        "KRX: {what}: {field}이(가) 없습니다: KRX가 이름을 바꾸었습니다. 새 버전의 screener가 아는지 보십시오"
    ),
}
