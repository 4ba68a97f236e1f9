"""Every word of a scan, in Korean and English."""

from __future__ import annotations

SCAN: dict[str, tuple[str, str]] = {
    "scan_title": ("시장 전체 탐색 · {event} · {window}", "The whole market, blind · {event} · {window}"),
    "scan_counts": (
        "{day} 상장 {listed}종목 중 {n}종목을 봄. 제외: {left_out}",
        "{n} of {listed} stocks listed on {day}. Left out: {left_out}",
    ),
    "out_market": ("다른 시장 {n}", "{n} of another market"),
    "out_konex": ("코넥스 {n}", "{n} of KONEX"),
    "out_preferreds": ("우선주 {n}", "{n} preferred"),
    "out_spacs": ("스팩 {n}", "{n} SPACs"),
    "out_small": ("시가총액 {least}원 미만 {n}", "{n} worth less than {least} won"),
    "out_thin": ("하루 거래대금 {least}원 미만 {n}", "{n} traded for less than {least} won a day"),
    "out_administrative": ("관리종목", "stocks under administration"),
    "out_no_estimation": ("추정기간 부족 {n}", "{n} without an estimation window"),
    "out_no_return": ("구간 수익률 없음 {n}", "{n} without a return over the window"),
    "out_no_placebo": ("평상시 거래일 부족 {n}", "{n} with too few ordinary days to be ranked among"),
    "scan_not_known": (
        "출처가 알려 주지 않아 제외하지 못한 것: {what}",
        "Not known to the source, so not left out: {what}",
    ),
    "what_small": ("시가총액이 작은 종목", "stocks of small capitalisation"),
    "what_thin": ("거래대금이 적은 종목", "thinly traded stocks"),
    "what_administrative": ("관리종목", "stocks under administration (관리종목)"),
    "scan_verdicts": (
        "보정 뒤에도 뚜렷한 종목: {winners}개 상승, {losers}개 하락",
        "Stocks that stand after correction: {winners} winners, {losers} losers",
    ),
    "scan_top": ("점수가 가장 높은 종목", "Highest scores"),
    "scan_bottom": ("점수가 가장 낮은 종목", "Lowest scores"),
    "scan_score_note": (
        "점수 [-100, +100]: 시장 안 크기(백분위), 확실성(1 - p), 거래량. "
        "q: 시장 전체 종목의 평상시 거래일과 견주어 보정.",
        "Score in [-100, +100]: size among the market (percentile), certainty (1 - p), trading volume. q: among the "
        "ordinary days of all stocks, corrected for their number.",
    ),
    "scan_industries": ("업종(거래소 분류)", "Industries (the exchange's)"),
    "scan_no_industries": (
        "거래소 업종: 이 출처에는 없습니다(계정으로 동기화하면 받습니다).",
        "Industries: this source has none; `screener sync` with an account fetches the exchange's.",
    ),
    "scan_groups": ("목록 없이 찾은 종목군 {n}개", "Groups that nobody listed: {n} found"),
    "scan_formed": (
        "사건 {gap}거래일 전까지 {sessions}거래일의 시장모형 잔차 상관만으로 묶음(사건일 제외): 검정은 왜곡 없음.",
        "Formed by the correlation of market-model residuals over {sessions} sessions that end {gap} before the event, "
        "never by the event itself.",
    ),
    "scan_standing": ("보정 뒤 유의한 종목군(q <= {level}): {n}개", "{n} stand after correction (q <= {level})."),
    "scan_none_stands": (
        "보정 뒤 유의한 종목군(q <= {level}) 없음: 같은 탐색이 평상시 {ordinary}거래일 중 {days}일에 이만큼 극단적인 "
        "종목군을 찾습니다.",
        "None stands after correction (q <= {level}): on {days} of {ordinary} ordinary sessions the same search found "
        "something as extreme as the first.",
    ),
    "scan_no_q": (
        "보정할 수 없음: 사건 전 평상시 거래일 {ordinary}일에서만 탐색을 되풀이할 수 있습니다(최소 {needed}).",
        "No correction: the search could be repeated on {ordinary} ordinary sessions only, {needed} are needed.",
    ),
    "scan_stirred": (
        "평상시 종목군의 5%만 넘는 폭으로 움직인 종목군: {of}개 중 {n}개. 그 비율이 이만한 평상시 거래일은 {days}일 중 "
        "{as_many}일(p {p}).",
        "{n} of {of} groups moved further than all but 5 % of ordinary ones; on {as_many} of {days} ordinary sessions "
        "as large a share did (p {p}).",
    ),
    "scan_groups_note": (
        "순위·p: 종목군 자신의 평상시 거래일 중 순위. 평상시: 같은 탐색이 이만큼 극단적인 종목군을 찾은 "
        "평상시 거래일 수. q: 그 탐색의 모든 종목군과 견준 p를 종목군 수로 보정. "
        "t의 q: 정규분포를 믿는 값으로 평상시 3일 중 2일은 무언가를 유의하다고 하니 증거가 아님. "
        "겹침: 설정된 업종에 든 구성 종목의 비율.",
        "Rank, p: among the group's own ordinary sessions. Ordinary: sessions on which the same search found something "
        "as extreme. q: among all groups of those searches, corrected for the number of groups. q of t: trusts normal "
        "tails and finds something on two of three ordinary sessions, so it is no evidence. Overlap: share of the "
        "members in configured sectors.",
    ),
    "scan_too_short": (
        "종목군: 사건 전 거래일이 {needed}보다 적어 묶지 않았습니다.",
        "Groups: none formed, for fewer than {needed} sessions stand before the event.",
    ),
    "scan_saved": (
        "저장: 종목군 {number}({n}종목)을 {path}에 {name}(으)로. 사후(post_hoc) 종목군입니다.",
        "Saved: group {number}, {n} stocks, as {name} in {path}; marked post-hoc.",
    ),
    "col_number": ("번호", "No."),
    "col_verdict": ("판정", "Verdict"),
    "col_group": ("종목군", "Group"),
    "col_strongest": ("대표 종목", "Strongest members"),
    "col_industry": ("업종", "Industry"),
    "col_as_extreme": ("평상시", "Ordinary"),
    "col_q_portfolio": ("t의 q", "q of t"),
    "col_overlap": ("겹침", "Overlap"),
    "verdict_winner": ("승자", "winner"),
    "verdict_loser": ("패자", "loser"),
    "verdict_no clear effect": ("뚜렷하지 않음", "no clear effect"),
}
