"""What --help says: of commands by paragraph, of options as they stand."""

from __future__ import annotations

from screener.words.messages.daily import DAILY_HELP

HELP: dict[str, str] = {
    # All commands
    "Which Korean sectors and stocks won and lost after an event, by how much more than the market, and is it noise?": (
        "사건 뒤 한국의 어느 업종과 종목이 시장보다 얼마나 더 오르고 내렸는가, 그리고 그것은 우연인가?"
    ),
    "Without a command: `screener report`.": "명령이 없으면 `screener report`입니다.",
    "Exit codes: 0 done, 1 a bug, 2 usage or configuration, 3 data missing or wrong, 4 login refused or missing, 5 "
    "network, blocked or stale, 130 interrupted.": (
        "종료 코드: 0 완료, 1 프로그램 결함, 2 사용법이나 설정, 3 자료 누락이나 오류, 4 로그인 거부나 누락, "
        "5 네트워크·차단·오래된 자료, 130 중단."
    ),
    "Show the version and exit.": "버전을 보여 주고 끝냅니다.",
    # Options of several commands
    "Korean or English.": "한국어(ko) 또는 영어(en).",
    "Show where something failed.": "어디에서 실패했는지 보여 줍니다.",
    "Directory with your own events.toml, sectors.toml, screener.toml or claims.toml.": (
        "사용자의 events.toml, sectors.toml, screener.toml, claims.toml이 있는 디렉터리."
    ),
    "Directory or URL of the store of prices.": "가격 저장소의 디렉터리나 URL.",
    "Columns of the page.": "화면의 너비(칸 수).",
    "Everything, instead of a summary.": "요약 대신 전부를 보여 줍니다.",
    "Print JSON; write no files.": "JSON으로 출력하고 파일은 쓰지 않습니다.",
    "Print Markdown; write no files.": "마크다운으로 출력하고 파일은 쓰지 않습니다.",
    "Write CSV files, here.": "CSV 파일을 여기에 씁니다.",
    "Write a web page, here.": "웹 페이지를 여기에 씁니다.",
    "Write an Excel workbook, here.": "엑셀 통합 문서를 여기에 씁니다.",
    "No arrows or lines outside ASCII.": "ASCII 밖의 화살표와 선을 쓰지 않습니다.",
    "kr: up red; us: up green; cb: safe.": "kr: 상승 빨강, us: 상승 초록, cb: 색각 이상 배려.",
    "Expected return.": "기대수익률 모형.",
    "Official change_pct, marcap per stock.": "종목별 공식 등락률(change_pct)과 시가총액(marcap).",
    "Index levels: date,index,close.": "지수: date,index,close.",
    "auto, store, pykrx, openapi, press, or file:PATH,...": "auto, store, pykrx, openapi, press 또는 file:PATH,...",
    "Use prices through this day only.": "이 날까지의 가격만 씁니다.",
    "Event to report on; `screener events` lists them.": "보고할 사건. 목록은 `screener events`.",
    # report
    "Sectors, themes, winners and losers of an event; files them under reports/.": (
        "사건의 업종, 테마, 승자와 패자를 보고하고 reports/에 남깁니다."
    ),
    "Example: screener report --source file:prices.parquet --benchmark indices.csv": (
        "예: screener report --source file:prices.parquet --benchmark indices.csv"
    ),
    "Only this sector; may be given several times.": "이 업종만. 여러 번 쓸 수 있습니다.",
    "Show what the scores are made of.": "점수의 구성을 보여 줍니다.",
    "Where reports are filed.  [reports]": "보고서를 남길 곳.  [reports]",
    # compare
    "One sector against another, or a theme (SECTOR:theme): the difference, its tests, its path, who drove it.": (
        "한 업종이나 테마(SECTOR:theme)를 다른 것과 견줍니다: 격차, 검정, 경로, 격차를 만든 종목."
    ),
    "Example: screener compare SEMI:memory SEMI:hbm_equipment": "예: screener compare SEMI:memory SEMI:hbm_equipment",
    # stock
    "Everything about one stock around the event, by its code or name.": (
        "종목코드나 이름으로 찾은 한 종목의 사건 전후를 모두 보여 줍니다."
    ),
    "Example: screener stock 000660": "예: screener stock 000660",
    # claims
    "What was claimed about an event, each claim checked against prices; files nothing.": (
        "사건에 대한 주장을 하나씩 가격으로 확인합니다. 파일은 남기지 않습니다."
    ),
    "Example: screener claims --event deepseek": "예: screener claims --event deepseek",
    "Your own claims about your own events: claims.toml in --config DIR.": (
        "사용자의 사건에 대한 주장은 --config DIR의 claims.toml에 적습니다."
    ),
    # demo
    "Tour of a simulated market: planted effects beside what the study finds of them.": (
        "모의 시장 둘러보기: 심어 둔 효과와 연구가 찾아낸 값을 나란히 보여 줍니다."
    ),
    "Example: screener demo --seed 7": "예: screener demo --seed 7",
    "Which simulated market.": "모의 시장의 번호.",
    # sync
    "Fetch into the store what is missing; run again, it goes on where it stopped.": (
        "빠진 것을 저장소에 받습니다. 다시 실행하면 멈춘 곳에서 이어 갑니다."
    ),
    "Example: screener sync --from 2024-01-02 --to 2025-02-28": "예: screener sync --from 2024-01-02 --to 2025-02-28",
    "First day.  [what the events need]": "첫날.  [사건들에 필요한 날]",
    "Last day.  [the last session that is over]": "마지막 날.  [끝난 마지막 거래일]",
    "auto, pykrx, openapi, or file:PATH,...": "auto, pykrx, openapi 또는 file:PATH,...",
    "With file:PATH: date,index,close.": "file:PATH와 함께: date,index,close.",
    "With file:PATH: whole sessions.": "file:PATH와 함께: 전 종목 거래일.",
    # store
    "Show, check or mend the store of prices.": "가격 저장소를 보여 주고, 검사하고, 고칩니다.",
    "Example: screener store verify": "예: screener store verify",
    "What the store holds, by source and table.": "저장소에 있는 것을 출처와 표별로 보여 줍니다.",
    "Example: screener store info --store my/store": "예: screener store info --store my/store",
    "Read every file of the store, and name what is damaged.": "저장소의 모든 파일을 읽어 손상된 것을 알립니다.",
    "Take out what is damaged; the next sync fetches it anew.": "손상된 것을 들어냅니다. 다음 sync가 새로 받습니다.",
    "Example: screener store repair": "예: screener store repair",
    # doctor
    "Check this machine, the account, the network and the store; each line with what mends it.": (
        "이 컴퓨터, 계정, 네트워크, 저장소를 점검하고 줄마다 고칠 방법을 알립니다."
    ),
    "Sends one small request to each host, waits 3 seconds at most for an answer, and logs in once where KRX_ID and "
    "KRX_PW are set, which ends another session of that account. A host that refuses this machine is not asked.": (
        "호스트마다 작은 요청을 하나씩 보내 최대 3초를 기다리고, KRX_ID와 KRX_PW가 설정되어 있으면 한 번 로그인합니다. "
        "그 계정의 다른 접속은 끊깁니다. 이 컴퓨터를 거부하는 호스트에는 묻지 않습니다."
    ),
    "A host that cannot be reached, or whose refusal is not over, has failed if the best way to the exchange leads "
    "there (the Open API with a key, KRX with an account, else Naver) and the store lacks something that the "
    "configured report needs; it is a warning otherwise.": (
        "닿지 않거나 거부가 끝나지 않은 호스트는, 거래소로 가는 가장 좋은 길(키가 있으면 Open API, 계정이 있으면 KRX, "
        "없으면 네이버)이 그곳이고 설정된 보고서에 필요한 것이 저장소에 없으면 실패이며, 그렇지 않으면 경고입니다."
    ),
    "Exit codes: 0 nothing failed (warnings count as nothing), 3 data, 2 configuration or installation, 4 login or key "
    "refused, 5 network or refusal; where several failed, the first of these.": (
        "종료 코드: 0 실패 없음(경고는 실패가 아님), 3 자료, 2 설정이나 설치, 4 로그인이나 키 거부, 5 네트워크나 거부. "
        "여럿이 실패하면 이 순서에서 앞선 것."
    ),
    "Example: screener doctor --offline": "예: screener doctor --offline",
    "As JSON.": "JSON으로 출력합니다.",
    "Send nothing.": "아무것도 보내지 않습니다.",
    # events, sectors
    "List the configured events: news, event day, base, sessions since.": (
        "설정된 사건의 목록: 소식, 사건일, 기준일, 지난 거래일 수."
    ),
    "Example: screener events --config my": "예: screener events --config my",
    "List the configured sectors, or the stocks of those that are named; FIRST PRICE as the store has it.": (
        "설정된 업종, 또는 이름을 쓴 업종의 종목을 보여 줍니다. 첫 가격은 저장소에 있는 것입니다."
    ),
    "Example: screener sectors SEMI AI_SW": "예: screener sectors SEMI AI_SW",
    # config
    "Check, show or copy the configuration.": "설정을 검사하고, 보여 주고, 복사합니다.",
    "Say whether the configuration is right; every mistake with its file and line.": (
        "설정이 올바른지 알립니다. 틀린 곳은 모두 파일과 줄 번호와 함께."
    ),
    "Example: screener config check --config my": "예: screener config check --config my",
    "Print the configuration files in force.": "쓰이고 있는 설정 파일을 출력합니다.",
    "Example: screener config show --config my": "예: screener config show --config my",
    "Copy the shipped configuration into DIRECTORY, to be changed there; files that exist are left alone.": (
        "기본 설정을 DIRECTORY에 복사합니다. 거기서 고쳐 쓰며, 이미 있는 파일은 그대로 둡니다."
    ),
    "Example: screener config init my": "예: screener config init my",
    # scan
    "Scan the whole market, blind: best, worst, and groups nobody listed.": (
        "목록 없이 시장 전체를 훑습니다: 최고, 최저, 아무도 묶지 않은 종목군."
    ),
    "Needs whole-market sessions, in the store or in files. What the filters leave out is counted.": (
        "저장소나 파일에 전 종목 거래일이 있어야 합니다. 거른 종목의 수를 알립니다."
    ),
    "Example: screener scan --top 20 --save AI_FRIENDS --group 1 --config my": (
        "예: screener scan --top 20 --save AI_FRIENDS --group 1 --config my"
    ),
    "Event to scan around; `screener events` lists them.": "훑을 사건. 목록은 `screener events`.",
    "store, or file:PATH,...  [store]": "store 또는 file:PATH,...  [store]",
    "Stocks in each table.": "표마다 보여 줄 종목 수.",
    "Least market capitalisation.  [5e10]": "최소 시가총액.  [5e10]",
    "Least traded value a session.  [1e8]": "하루 최소 거래대금.  [1e8]",
    "Only this market.": "이 시장만.",
    "Leave in: konex, preferreds, spacs.": "거르지 않을 것: konex, preferreds(우선주), spacs(스팩).",
    "Save a discovered group as a sector in --config DIR.": "찾아낸 종목군을 --config DIR에 업종으로 저장합니다.",
    "Number of the group to save.": "저장할 종목군의 번호.",
    "Let --save replace a sector.": "--save가 있던 업종을 바꾸게 합니다.",
    # export
    "Write what a screen finds into files, in one format; NAMEs are those that the screen takes.": (
        "화면 하나의 결과를 한 형식의 파일로 씁니다. NAME은 그 화면이 받는 이름입니다."
    ),
    "Example: screener export compare AI_SW SEMI --out mine --format xlsx": (
        "예: screener export compare AI_SW SEMI --out mine --format xlsx"
    ),
    "Where the files go.": "파일을 둘 곳.",
    "Of the files.": "파일의 형식.",
    # completion
    "Print what makes a shell complete commands, options, events, sectors and stocks.": (
        "셸이 명령, 옵션, 사건, 업종, 종목을 자동 완성하게 하는 내용을 출력합니다."
    ),
    'Example: eval "$(screener completion bash)"': '예: eval "$(screener completion bash)"',
    # The daily run
    **DAILY_HELP,
}
