"""What the daily run says, of itself and to whom it is told."""

from __future__ import annotations

DAILY: dict[str, str] = {
    # Nothing new
    "{why}: nothing changed": "{why}: 바뀐 것이 없습니다",
    "there is no report yet": "아직 보고서가 없습니다",
    "reports are there through {day}": "{day}까지의 보고서가 있습니다",
    "KRX is closed on {day}; {through}": "{day}은 휴장일입니다; {through}",
    "figures of {day} are not final yet; {through}": "{day}의 수치는 아직 확정되지 않았습니다; {through}",
    "no event is open: {over}": "진행 중인 사건이 없습니다: {over}",
    "no event has begun": "시작된 사건이 없습니다",
    "{event} (until {day})": "{event} ({day}까지)",
    "{day}: no figures: a holiday, or they are still to come: nothing changed": (
        "{day}: 수치가 없습니다: 휴장일이거나 아직 오지 않았습니다: 바뀐 것이 없습니다"
    ),
    "{root}: another daily run is at work: nothing done here": "{root}: 다른 daily가 실행 중입니다: 하지 않았습니다",
    "{folder}: only looked at": "{folder}: 보기만 했습니다",
    # What a run did
    "daily done: {line}": "daily 완료: {line}",
    "daily failed: {line}": "daily 실패: {line}",
    "{count} reports through {day}": "{day}까지 보고서 {count}건",
    "{line}, {count} of them revised": "{line}, 그중 정정 {count}건",
    "{line} ({path} could not be written)": "{line} ({path}을(를) 쓸 수 없었습니다)",
    "the newest session in the reports is {count} sessions old": "보고서의 최신 거래일은 {count}거래일 전입니다",
    "{event} as of {day}: {fault}": "{event}, {day} 기준: {fault}",
    "the prices of {way} end on {day}: `screener sync` fetches what is missing": (
        "{way}의 가격은 {day}까지입니다: `screener sync`가 빠진 것을 받아 옵니다"
    ),
    "too few sessions before {day} for a study: `screener sync` fetches more": (
        "{day} 전의 거래일이 적어 검정할 수 없습니다: `screener sync`가 더 받아 옵니다"
    ),
    "this machine's clock says {now:%Y-%m-%d %H:%M} KST, but the last report was made on {then:%Y-%m-%d %H:%M}: set "
    "it": (
        "이 컴퓨터의 시계는 {now:%Y-%m-%d %H:%M} KST인데 마지막 보고서는 {then:%Y-%m-%d %H:%M}에 나왔습니다: "
        "시계를 맞추십시오"
    ),
    "daily does not report from {source!r}: known are auto, pykrx, openapi and file:PATH,...": (
        "daily는 {source!r}에서 보고하지 않습니다: auto, pykrx, openapi, file:PATH,... 중에서 쓰십시오"
    ),
    # What to do
    "mend the configuration: `screener config check` names the line": (
        "설정을 고치십시오: `screener config check`가 줄을 알려 줍니다"
    ),
    "`screener doctor` says what is wrong with store and disk; the next run tries again": (
        "`screener doctor`가 저장소와 디스크의 문제를 알려 줍니다. 다음 실행이 다시 합니다"
    ),
    "set KRX_ID and KRX_PW, or KRX_AUTH_KEY, anew: until then every run fails": (
        "KRX_ID와 KRX_PW 또는 KRX_AUTH_KEY를 새로 지정하십시오: 그때까지 모두 실패합니다"
    ),
    "the next run tries again; `screener doctor` says whether the exchange answers": (
        "다음 실행이 다시 합니다. 거래소가 응답하는지는 `screener doctor`가 알려 줍니다"
    ),
    "report it: `screener daily --debug` shows where it happened": (
        "알려 주십시오: `screener daily --debug`가 어디인지 보여 줍니다"
    ),
    # The summary
    "{event}: first report": "{event}: 첫 보고서",
    "{day}: no change of rank, significance or spread": "{day}: 순위, 유의성, 격차에 변화 없음",
    "{shown}; and {count} changes beside them": "{shown}; 그 밖의 변화 {count}건",
    "Nothing new: reports of earlier sessions that were made again: {count}": (
        "새로운 것 없음: 다시 만든 지난 거래일의 보고서 {count}건"
    ),
    "{name} {how}: from {old} to {new} percentage points": "{name} {how}: {old}에서 {new}%p로",
    "has closed": "격차 해소",
    "has turned": "격차 역전",
    "has widened": "격차 확대",
    "has narrowed": "격차 축소",
    "{name} now rank {after:.0f} (was {before:.0f})": "{name} {after:.0f}위(전 {before:.0f}위)",
    "{name} now significant (q {after:.2f}, was {before:.2f})": "{name} 유의해짐(q {after:.2f}, 전 {before:.2f})",
    "{name} not significant (q {after:.2f}, was {before:.2f})": (
        "{name} 유의하지 않게 됨(q {after:.2f}, 전 {before:.2f})"
    ),
    "{event}, {tau} sessions since {day}: {said}": "{event}, {day} 이후 {tau}거래일: {said}",
    " (winner)": " (승자)",
    " (loser)": " (패자)",
    " (was {name})": " (전 {name})",
    "... and {count} events beside them": "... 그 밖의 사건 {count}건",
    "Stocks: {what}": "종목: {what}",
    "at the upper limit": "상한가",
    "at the lower limit": "하한가",
    "halted": "거래정지",
    "traded again": "거래재개",
    "newly listed": "신규상장",
    "no longer listed": "상장폐지",
    "renamed": "이름 변경",
    "{event} as of {day} (revision {number})": "{event} {day} 기준(정정 {number}판)",
    "Revised, for figures were corrected: {names}: {count} figures": "수치가 고쳐져 정정함: {names}: 수치 {count}개",
    "Late: {count} missed sessions ({days}); {why}": "늦음: 놓친 거래일 {count}일({days}); {why}",
    "no run came to its end: the machine was off, or the run was ended": (
        "끝까지 간 실행이 없습니다: 컴퓨터가 꺼져 있었거나 실행이 중단되었습니다"
    ),
    "since {since} KST {runs} runs have failed: {what}": "{since} KST부터 {runs}번 실패: {what}",
    "The store was damaged and has been mended: {what}": "저장소가 손상되어 고쳤습니다: {what}",
    "Over, no new reports: {events}": "끝나서 새 보고서 없음: {events}",
    "Files: {folder}": "파일: {folder}",
    "{line}, and {count} reports beside it": "{line}, 그 밖의 보고서 {count}건",
    # Notification
    "What to do: {remedy}": "할 일: {remedy}",
    "notification {number} ({service}): {why}: it is tried again on the next run": (
        "알림 {number}({service}): {why}: 다음 실행이 다시 보냅니다"
    ),
    "no address that apprise knows": "apprise가 모르는 주소입니다",
    "it took more than {seconds:g} seconds": "{seconds:g}초가 넘게 걸렸습니다",
    "it failed ({kind})": "실패했습니다({kind})",
    "it could not be sent": "보낼 수 없었습니다",
    "notifications need apprise: pip install 'krx-impact-screener[notify]'": (
        "알림에는 apprise가 필요합니다: pip install 'krx-impact-screener[notify]'"
    ),
    "{path}: cannot be written ({cause}): unsent notifications are lost": (
        "{path}: 쓸 수 없습니다({cause}): 보내지 못한 알림을 잃었습니다"
    ),
    "{path}: cannot be written ({cause}): make room, or choose another place": (
        "{path}: 쓸 수 없습니다({cause}): 공간을 비우거나 다른 곳을 고르십시오"
    ),
    # Installation
    "--yes goes with --install cron or --install systemd": "--yes는 --install cron 또는 systemd와 함께 씁니다",
    "others can read what is typed here: put accounts, keys and addresses into secrets.toml": (
        "여기에 친 것은 남이 읽을 수 있습니다: 계정, 키, 주소는 secrets.toml에 넣으십시오"
    ),
    "there is no crontab on this machine: `apt-get install cron`, or `--install systemd`": (
        "이 컴퓨터에는 crontab이 없습니다: `apt-get install cron` 또는 `--install systemd`"
    ),
    "crontab refuses ({why}): add the lines by hand (crontab -e)": (
        "crontab이 거부합니다({why}): 직접 넣으십시오(crontab -e)"
    ),
    "written into the crontab: `crontab -l` shows it": "crontab에 썼습니다: `crontab -l`이 보여 줍니다",
    "{folder}: cannot be written ({cause}): write the units by hand": (
        "{folder}: 쓸 수 없습니다({cause}): 유닛을 직접 쓰십시오"
    ),
    "{folder}: written; this starts them: {start}": "{folder}: 썼습니다; 시작하는 명령: {start}",
    # Secrets
    '{path}: cannot be read as TOML: write lines such as KRX_ID = "..."': (
        '{path}: TOML로 읽을 수 없습니다: KRX_ID = "..." 같은 줄로 쓰십시오'
    ),
    "{path}: its entry number {number} is not known: known are {known}": (
        "{path}: {number}번째 항목은 없는 이름입니다: 아는 이름은 {known}"
    ),
    "{path}: {name} is no text: write it in quotes": "{path}: {name}은(는) 문자열이 아닙니다: 따옴표 안에 쓰십시오",
    "{path}: belongs to somebody else: own it, or use the environment": (
        "{path}: 다른 사람의 파일입니다: 소유자를 바꾸거나 환경 변수를 쓰십시오"
    ),
    "{path}: others can read it: chmod 600 {path}": "{path}: 남이 읽을 수 있습니다: chmod 600 {path}",
    # Sources
    "the store has no {of!r}: write store:SOURCE with one of {known}": (
        "저장소에는 {of!r}이(가) 없습니다: store:SOURCE에 {known} 중 하나를 쓰십시오"
    ),
}

DAILY_HELP: dict[str, str] = {
    "Report on every new session: fetch, check, file, and say what changed; cron runs it again and again.": (
        "새 거래일마다 보고합니다: 받고, 점검하고, 파일로 쓰고, 바뀐 것을 말합니다. cron이 되풀이해 실행합니다."
    ),
    "Each event that is still open gets a report as of each session; sessions that were missed are made up for. On a "
    "holiday, before 18:00 KST and when all is done already nothing changes. What fails is remembered in "
    "reports/status.json, and leaves the last good report as it was.": (
        "진행 중인 사건마다 거래일별 보고서를 만들고 놓친 거래일도 만듭니다. 휴장일, 18:00 KST 전, 이미 다 된 때에는 "
        "아무것도 바꾸지 않습니다. 실패는 reports/status.json에 남고 마지막 보고서는 그대로입니다."
    ),
    "Example: screener daily --quiet --log daily.log --max-age 3": (
        "예: screener daily --quiet --log daily.log --max-age 3"
    ),
    "Report on events that are over, too.": "끝난 사건도 보고합니다.",
    "End with 5 if more than N sessions lack.": "N거래일보다 많이 빠졌으면 5로 끝냅니다.",
    "Fetch and change nothing: for monitors, with --max-age.": "받지도 바꾸지도 않습니다. --max-age와 감시용.",
    "Print only when something changed or failed.": "바뀌거나 실패한 때만 출력합니다.",
    "Append one line a run to it; it rotates.": "실행마다 한 줄씩 덧붙입니다. 커지면 새로 씁니다.",
    "Send the summary there; better in SCREENER_NOTIFY.": "요약을 보낼 곳. SCREENER_NOTIFY가 낫습니다.",
    "Print what makes this machine run it.": "이 컴퓨터가 실행하게 하는 설정을 출력합니다.",
    "With --install: write it, too.": "--install과 함께: 쓰기도 합니다.",
    "Measure all days since the event, too, with their trend.": "사건일 이후 전체 구간과 그 추이도 잽니다.",
}
