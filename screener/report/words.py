"""Every word of a report, in Korean and English."""

from __future__ import annotations

from typing import Any

from screener.report.model import Language
from screener.report.page_words import PAGES
from screener.report.scan.words import SCAN
from screener.screens.results import Group, Stock

_REPORT: dict[str, tuple[str, str]] = {
    "title": ("{event} · 사건일 {event_day} (기준일 {base})", "{event} · event day {event_day} (base {base})"),
    "as_of": ("{as_of} 종가까지", "through the close of {as_of}"),
    "won": ("승자", "Won"),
    "lost": ("패자", "Lost"),
    "best": ("최고", "Best"),
    "worst": ("최저", "Worst"),
    "verdict_group": ("{name} {mean}% ({stocks}, 상승 {up}%)", "{name} {mean}% ({stocks}, {up}% up)"),
    "stocks": ("{n}종목", "{n} stocks"),
    "stocks_1": ("1종목", "1 stock"),
    "verdict_spread": ("{a} − {b}: {spread}%p", "{a} minus {b}: {spread} percentage points"),
    "change": ("{name} {value}%", "{name} {value}%"),
    "verdict_market": ("시장: {indices}", "Market: {indices}"),
    "source_line": (
        "출처: {source} · {first}~{last} {sessions}거래일 · 벤치마크 {benchmark}",
        "Source: {source} · {sessions} sessions, {first} to {last} · benchmark {benchmark}",
    ),
    "source_fetched": ("{source}, {fetched} KST에 받음", "{source}, fetched {fetched} KST"),
    "source_openapi": ("KRX Open API", "KRX Open API"),
    "source_pykrx-login": ("KRX(pykrx, 계정 사용)", "KRX through pykrx, with an account"),
    "source_pykrx-keyless": (
        "네이버 수정주가(pykrx, 계정 없음)",
        "Naver's adjusted closes through pykrx, without an account",
    ),
    "source_store": ("저장소", "the store"),
    "source_file": ("가져온 파일", "imported files"),
    "proxy": (
        "벤치마크는 지수 자체가 아니라 지수를 따르는 ETF입니다. KRX_ID와 KRX_PW를 설정하면 지수를 씁니다.",
        "The benchmark is a proxy: funds that follow KOSPI 200 and KOSDAQ 150, not the indices. KRX_ID and KRX_PW open "
        "the indices themselves.",
    ),
    "tried": ("{source}: 쓸 수 없었습니다. {why}", "{source} could not serve: {why}"),
    "source_press": (
        "출처: 신문에 실린 {day} 등락률 {n}종목",
        "Source: figures that newspapers printed for {day}, {n} stocks",
    ),
    "model_line": (
        "모형: {model}, 추정 {estimation}거래일, 간격 {gap}, 최소 {min_obs}",
        "Model: {model}, {estimation} sessions of estimation, gap {gap}, at least {min_obs} traded",
    ),
    "model_market": ("시장모형", "market model"),
    "model_market-adjusted": ("시장조정", "market-adjusted"),
    "model_mean-adjusted": ("평균조정", "mean-adjusted"),
    "banner_press": (
        "신문이 골라 실은 {n}종목의 수치입니다. 많이 움직인 종목이 실리므로 업종 평균은 과장되어 있고, "
        "유의성은 말할 수 없습니다. 전체 분석: {command}",
        "These are {n} figures that newspapers chose to print. They print what moved, so sector means are overstated, "
        "and nothing can be said of significance. The full study: {command}",
    ),
    "banner_demo": (
        "모의 시장입니다. 종목과 수치는 모두 지어낸 것이며, 심어 둔 효과와 추정값을 나란히 보여줍니다.",
        "SIMULATED MARKET: every stock and figure is made up. Planted effects stand beside what the study finds.",
    ),
    "banner_demo_short": ("모의 시장: 지어낸 수치", "simulated market: every figure is made up"),
    "banner_press_short": (
        "신문이 골라 실은 수치: 업종 평균이 과장됨",
        "figures that newspapers chose to print: sector means are overstated",
    ),
    "sectors_at": ("업종, {window}", "Sectors, {window}"),
    "sectors_later": ("업종별 누적 평균초과수익률(CAAR, %)과 p", "Sectors, cumulative abnormal return (CAAR, %) and p"),
    "window_day": ("사건일 [0,0]", "event day [0,0]"),
    "window_other": ("{window}거래일 ({start}~{end})", "sessions {window} ({start} to {end})"),
    "spreads_at": ("업종 간 격차, {window}", "Sector against sector, {window}"),
    "themes_at": ("{sector}: 테마, {window}", "{sector}: themes, {window}"),
    "winners_at": ("오른 종목, {window}", "Winners, {window}"),
    "losers_at": ("내린 종목, {window}", "Losers, {window}"),
    "parts_at": ("점수의 구성, {window}", "What the scores are made of, {window}"),
    "parts_note": (
        "각 항목은 -1에서 +1 사이이며 설정된 가중치의 평균 x 100이 점수입니다. 유지: 항목의 가중치를 무작위로 바꾼 "
        "1,000번 가운데 같은 3분위에 남은 비율(%). 하나씩 제외: 구성 종목을 하나씩 뺐을 때 점수의 범위.",
        "Each part lies between -1 and +1; the score is 100 times their mean, weighted as configured. Steady: % of "
        "1,000 random weightings that leave it in its third of the table. Without one: lowest and highest score when "
        "each member is left out once.",
    ),
    "maker": (
        "{name}: {stock} 하나가 점수를 좌우합니다(하나씩 빼면 {low}에서 {high}).",
        "{name}: one stock, {stock}, makes its score (from {low} to {high} when each is left out).",
    ),
    "col_score": ("점수", "Score"),
    "col_place": ("순위", "#"),
    "col_magnitude": ("크기", "magnitude"),
    "col_certainty": ("확실성", "certainty"),
    "col_persistence": ("지속", "persistence"),
    "col_breadth": ("확산", "breadth"),
    "col_steady": ("유지 %", "steady %"),
    "col_left_out": ("하나씩 제외", "without one"),
    "named_winner": ("승자: {names}", "Winners: {names}"),
    "named_loser": ("패자: {names}", "Losers: {names}"),
    "named_no clear effect": (
        "뚜렷한 효과 없음: {names}. 움직임은 있었어도 보정한 검정이 뒷받침하지 않습니다"
        "(점수 25 이상, q 0.10 이하라야 승자나 패자).",
        "No clear effect: {names}. Whatever they moved, the corrected test does not carry it (a winner or loser scores "
        "25 at least, with q at most .10).",
    ),
    "verdict_item": ("{name} {score}", "{name} {score}"),
    "unclear": ("; 뚜렷한 효과는 아님", "; no clear effect"),
    "lasting_held": ("유지", "held"),
    "lasting_faded": ("소멸", "faded"),
    "lasting_reversed": ("반전", "reversed"),
    "lasting_extended": ("확대", "extended"),
    "lasting_delayed": ("지연", "delayed"),
    "col_lasting": ("이후", "since"),
    "contribution": (
        "지수를 움직인 종목, 사건일(기준일 시가총액 비중 x 등락률, %p)",
        "What moved the index on the event day: each stock's part at the base times its return, in percentage points",
    ),
    "moved_index": ("{market} {moved}%: {named}", "{market} {moved}%: {named}"),
    "leads": (
        "더 긴 구간에는 다른 재료가 더 들어 있으므로 {window}을 앞세웁니다.",
        "Longer windows hold more of this, so the report leads with {window}.",
    ),
    "col_fund": ("ETF %", "Fund %"),
    "col_benchmark": ("지수 %", "Index %"),
    "planted_at": ("심어 둔 효과와 추정값, CAAR %", "What was planted, and what was found, CAAR in %"),
    "col_window": ("구간", "Window"),
    "col_planted": ("심은 값", "Planted"),
    "col_found": ("추정값", "Found"),
    "col_interval": ("95% 구간", "95% interval"),
    "col_covered": ("포함", "covered"),
    "yes": ("예", "yes"),
    "no": ("아니오", "no"),
    "covered": ("{of}개 중 {n}개 구간이 참값을 포함", "{n} of {of} intervals cover what was planted"),
    "verdict_rank": (
        "; 평상시 {days}거래일 중 이만큼 극단적인 날은 {before}일",
        "; {before} of {days} ordinary sessions were as extreme",
    ),
    "verdict_first": (
        "; 평상시 {days}거래일 어느 날보다 극단적",
        "; more extreme than any of {days} ordinary sessions",
    ),
    "paths": (
        "사건 이후 경로: 기준일 = 0, CAAR %, 사건일부터의 거래일",
        "How it went on: CAAR in %, base = 0, by sessions from the event day",
    ),
    "abroad": ("해외 시장(신문 보도)", "Abroad, as newspapers printed it"),
    "confounders": ("같은 기간의 다른 재료", "What else moved prices in these windows"),
    "large": (
        "지수에서 큰 비중을 차지하는 종목(자신을 뺀 지수 대비)",
        "Large parts of their index, measured against it without themselves",
    ),
    "large_stock": (
        "{name}: {market} 비중 {weight}%, {window} CAR {car}% (지수 그대로는 {plain}%), t {t}",
        "{name}: {weight}% of {market}, CAR {window} {car}% (against the whole index {plain}%), t {t}",
    ),
    "skipped": ("제외된 종목과 이유", "Left out, and why"),
    "quality": ("데이터 품질", "Data quality"),
    "col_sector": ("업종", "Sector"),
    "col_theme": ("테마", "Theme"),
    "col_stock": ("종목", "Stock"),
    "col_ticker": ("코드", "Ticker"),
    "col_n": ("종목수", "n"),
    "col_mean": ("평균 %", "Mean %"),
    "col_cap": ("시총가중 %", "Cap-w. %"),
    "col_median": ("중앙값 %", "Median %"),
    "col_up": ("상승 %", "Up %"),
    "col_caar": ("CAAR %", "CAAR %"),
    "col_vs_fund": ("ETF 대비 %p", "vs fund"),
    "col_vs_index": ("지수 대비 %p", "vs index"),
    "col_t": ("t", "t"),
    "col_p": ("p", "p"),
    "col_volume": ("거래량", "Volume"),
    "col_return": ("등락 %", "Return %"),
    "col_car": ("CAR %", "CAR %"),
    "col_pair": ("격차", "Spread"),
    "col_flags": ("비고", "Notes"),
    "col_printed": ("보도", "Printed by"),
    "post_hoc": (
        "* 사건 뒤 움직임을 보고 묶은 종목군: 설명일 뿐 증거가 아닙니다.",
        "* put together after the event because of how they moved: they describe, they are no evidence.",
    ),
    "col_q": ("q", "q"),
    "col_rank": ("순위", "Rank"),
    "col_p_family": ("보정 p", "corrected p"),
    "col_portfolio": ("포트폴리오 t", "portfolio t"),
    "col_adj_bmp": ("수정 BMP", "adj. BMP"),
    "col_grank": ("GRANK-T", "GRANK-T"),
    "col_rbar": ("r̄", "r-bar"),
    "col_patell": ("Patell", "Patell"),
    "col_bmp": ("BMP", "BMP"),
    "col_kp": ("KP 두 표본", "KP two-sample"),
    "col_detectable": ("탐지 가능 %p", "detectable"),
    "tests_at": ("다른 검정의 p, {window}", "p by other tests, {window}"),
    "tests_note": (
        "보정 p: 함께 표시된 다른 업종까지 감안한 순위의 p(Westfall-Young). r̄: 추정기간 종목 간 상관. "
        "GRANK-T는 실제 자료에서 다소 자주 기각합니다.",
        "corrected p: of the rank, for the other sectors (Westfall-Young). r-bar: correlation between the stocks "
        "before the event. GRANK-T rejects somewhat too often on real returns.",
    ),
    "naive_at": (
        "종목 간 독립을 가정하는 검정의 p, {window}",
        "p by tests that assume independence between stocks, {window}",
    ),
    "naive_note": (
        "같은 날 함께 움직이는 종목에는 맞지 않는 가정이라 아무 일이 없어도 유의하게 나옵니다. 비교용입니다.",
        "Stocks that share a date move together, so these find significance where nothing happened: to compare, not to "
        "believe.",
    ),
    "legend": (
        "CAAR: {model} 초과수익률의 평균. 순위: 사건 전 평상시 거래일 가운데 몇 번째로 극단적인가(p = 순위/일수). "
        "q: 업종 수를 감안한 p.",
        "CAAR: mean return beyond the {model}. Rank: place of the event among ordinary sessions before it, 1 = none "
        "was more extreme; p = rank / sessions. q: p for the number of sectors.",
    ),
    "minus": ("{a} − {b}", "{a} - {b}"),
    "pending": ("아직 오지 않은 구간: {windows}", "Windows not over yet: {windows}"),
    "skip_no_price": ("출처에 가격 없음", "no price in the source"),
    "skip_no_price_press": ("신문에 실리지 않음", "printed by no newspaper"),
    "skip_listed_after": ("첫 가격이 사건일 뒤({day})", "first price after the event day ({day})"),
    "skip_no_history": ("추정기간에 거래일 없음", "the prices hold no session of the estimation window"),
    "skip_too_short": (
        "추정기간 {observations}거래일뿐(최소 {min_obs}), 첫 가격 {day}",
        "traded on {observations} sessions of the estimation window, {min_obs} needed; first price {day}",
    ),
    "skip_no_index": ("추정기간에 지수 없음", "no index level in the estimation window"),
    "skip_gap": ("{day} 등락률이 구간 이전 거래일까지 걸침", "its return of {day} spans sessions before the window"),
    "skip_halted": ("{day} 거래 없음", "no trade on {day}"),
    "skip_return_kept": ("등락률은 평균에 포함", "its return counts in the means"),
    "flag_limit_up": ("상한가", "limit up"),
    "flag_limit_down": ("하한가", "limit down"),
    "flag_halted": ("거래정지", "halted"),
    "flag_resumed": ("거래재개", "resumed"),
    "flag_no_estimation": ("추정기간 부족", "no estimation"),
    "finding_zeros_restored": ("앞자리 0을 잃은 종목코드 복원", "tickers whose lost leading zeros were restored"),
    "finding_unsorted": ("날짜순이 아닌 행(정렬함)", "rows out of date order, sorted"),
    "finding_closed_days": ("휴장일 행(버림)", "rows on days when the market was closed, dropped"),
    "finding_duplicates": ("같은 행의 중복(하나만 씀)", "identical rows that stood twice, one kept"),
    "finding_missing_price": ("가격이 빈 행(거래 없음으로 봄)", "rows without a price, taken as no trade"),
    "finding_zero_price": ("가격 0, 거래 0인 행(거래 없음으로 봄)", "rows with price and volume 0, taken as no trade"),
    "finding_halted": ("거래가 없던 날(0% 아님)", "halted days: no trade, not 0%"),
    "finding_session_missing": ("가격이 하나도 없는 거래일", "sessions on which no stock has a price"),
    "finding_gap": ("종목별 빠진 거래일", "sessions missing for a stock"),
    "finding_beyond_limit": (
        "가격제한폭을 넘는 등락률(쓰지 않음)",
        "returns beyond the price limit, not used",
    ),
    "finding_corporate_action": (
        "종가와 공식 등락률이 다른 날(공식값 사용)",
        "days on which the official rate differs from the closes, official rate used",
    ),
    "finding_benchmark_gap": ("지수가 빠진 거래일", "sessions without an index level"),
    "finding_other_market": (
        "시장 파일과 설정의 시장이 다른 종목",
        "stocks that the market file lists on another market",
    ),
    "finding_in_no_sector": (
        "신문에 실렸으나 어느 업종에도 없는 종목",
        "stocks that newspapers printed but no sector holds",
    ),
    "finding_none": ("특이사항 없음", "nothing found"),
    "such_as": ("예: {examples}", "such as {examples}"),
    "more_stocks": ("외 {n}종목: --csv DIR", "and {n} more: --csv DIR writes them all"),
    "more": ("외 {n}", "and {n} more"),
    "files": ("파일: {folder} ({names})", "Files: {folder} ({names})"),
    "files_part": (
        "파일: 전체가 아닌 분석이므로 남기지 않았습니다. --reports DIR 또는 --csv DIR로 저장합니다.",
        "Files: none, for this is not the configured study; --reports DIR files it, --csv DIR writes its tables.",
    ),
    "files_kept": (
        "파일: {folder}에는 완전한 분석이 이미 있어 그대로 두었습니다.",
        "Files: {folder} holds a full study already and was left as it is.",
    ),
}

_CATALOGUE = {**_REPORT, **PAGES, **SCAN}


class Words:
    """The catalogue in one language."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language

    def __call__(self, key: str, **values: Any) -> str:
        """The text of `key`, filled with `values`."""
        ko, en = _CATALOGUE[key]
        return (ko if self.language == "ko" else en).format(**values)

    def name(self, thing: Stock | Group) -> str:
        """Name of a stock or group; a star marks a group that was put together after the event."""
        star = " *" if isinstance(thing, Group) and thing.post_hoc else ""
        return (thing.ko if self.language == "ko" else thing.en) + star
