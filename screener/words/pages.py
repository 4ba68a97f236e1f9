"""Words of the pages beside the report: claims, one sector against another, one stock; in Korean and English."""

from __future__ import annotations

PAGES: dict[str, tuple[str, str]] = {
    "compare_at": ("{pair}: 구간별 격차와 검정", "{pair}: the difference by window, and its tests"),
    "compare_note": (
        "순위와 p: 같은 두 종목군의 평상시 격차 가운데 몇 번째로 극단적인가. 각 종목군의 q: 이 둘만 감안한 p. "
        "탐지 가능: 검정이 80%의 경우에 찾아낼 가장 작은 격차(%p). KP: 사건이 변동성을 키웠어도 성립하는 이표본 검정.",
        "Rank and p: place of the difference among ordinary sessions of the same two groups. q of a side: for these "
        "two. Detectable: the smallest difference that the test finds in 80 % of cases, in percentage points. KP: "
        "two-sample test that holds where the event itself raised the variance.",
    ),
    "compare_tested": (
        "{a} − {b}, {window}: 초과수익률 격차 {value}%p",
        "{a} minus {b}, {window}: {value} percentage points of abnormal return",
    ),
    "compare_plain": (
        "{a} − {b}, {window}: 등락률 격차 {value}%p",
        "{a} minus {b}, {window}: {value} percentage points",
    ),
    "compare_largest": ("; {n}거래일 가운데 가장 큼(p {p})", "; largest of {n} sessions (p {p})"),
    "compare_rank": ("; {n}거래일 가운데 {rank}번째로 큼(p {p})", "; number {rank} of {n} sessions by size (p {p})"),
    "sides_at": ("두 종목군, {window}", "Each side, {window}"),
    "cannot": (
        "{name}({n}종목)로는 할 수 없는 검정: {tests}",
        "{name} ({n} stocks) cannot carry: {tests}",
    ),
    "drivers_at": ("격차를 만든 종목, {window}", "Who drove the difference, {window}"),
    "col_brought": ("기여 %p", "brought %p"),
    "card_windows": ("구간별 수익률", "By window"),
    "card_note": (
        "95% 구간: t에 따른 CAR의 구간. p: 같은 종목의 평상시 거래일 가운데 순위. "
        "q: 함께 측정한 종목 수를 감안한 t의 p.",
        "95% interval: of the CAR, by its t. p: rank among ordinary sessions of the same stock. q: p of the t, for the "
        "number of stocks measured with it.",
    ),
    "card_facts": ("이 종목은", "The stock"),
    "card_place": (
        "{sector}: 점수로 {n}종목 중 {place}위, {window}{verdict}",
        "{sector}: number {place} of {n} by score, {window}{verdict}",
    ),
    "is_winner": ("; 승자", "; a winner"),
    "is_loser": ("; 패자", "; a loser"),
    "is_no clear effect": ("; 뚜렷한 효과 없음", "; no clear effect"),
    "card_usual": (
        "평소: 베타 {beta}, 알파 하루 {alpha}%, 잔차 표준편차 하루 {sigma}%, 설명력 {explained}%({n}거래일)",
        "Usually: beta {beta}, alpha {alpha}% a session, residual deviation {sigma}% a session, {explained}% explained "
        "({n} sessions)",
    ),
    "card_index": (
        "{market} 시총의 {weight}%: 지수 등락 {moved}% 가운데 {part}%p 기여",
        "{weight}% of {market}: {part} percentage points of the index's {moved}%",
    ),
    "card_regained": (
        "기준가 대비 최저 {lowest}%, 사건일부터 {sessions}거래일 만에 기준가 회복",
        "Lowest close {lowest}% below the base; back at the base price {sessions} sessions after the event day",
    ),
    "card_below": (
        "기준가 대비 최저 {lowest}%, 아직 기준가를 회복하지 못함",
        "Lowest close {lowest}% from the base, and not back at the base price yet",
    ),
    "card_limit": ("가격제한폭에 닿은 날: {days}", "Closed at the price limit: {days}"),
    "card_halted": ("거래가 없던 날: {days}", "Did not trade: {days}"),
    "card_action": ("권리락·분할 등: {days}", "Split, rights issue or the like: {days}"),
    "card_flows": ("투자자별 순매수, 억 원", "Net purchases, 100 million won"),
    "col_day": ("날짜", "Session"),
    "col_foreign": ("외국인", "Foreign"),
    "col_institution": ("기관", "Institutions"),
    "col_individual": ("개인", "Individuals"),
    "claims_title": ("{event}: 보도된 주장의 가격 검증", "{event}: what was claimed, and what prices say"),
    "claims_none": (
        "이 사건에 대해 설정된 주장이 없습니다: claims.toml에 적습니다.",
        "No claim about this event is configured: write them into claims.toml.",
    ),
    "claims_untested": ("거래소 가격으로 확인할 수 없는 주장", "Not testable on prices of the exchange"),
    "claims_verdict_confirmed": ("부합", "confirmed"),
    "claims_verdict_partly": ("일부 부합", "partly"),
    "claims_verdict_contradicted": ("어긋남", "contradicted"),
    "claims_verdict_no data": ("자료 없음", "no data"),
    "claims_verdict_not testable here": ("확인 불가", "not testable here"),
    "claims_count": ("{verdict} {n}", "{n} {verdict}"),
    "claims_by": ("{by}", "by {by}"),
    "claims_by_on": ("{by}, {day}", "by {by}, {day}"),
    "claims_otherwise": ("다른 주장", "otherwise"),
    "claims_base": ("기준일 {base} 종가", "close of the base, {base}"),
    "claims_caveat": ("유의", "note"),
    "claims_confounders": ("같은 기간의 다른 재료", "other news"),
    "claims_why": ("이유", "why"),
    "claims_lacks_window": (
        "가격이 {window}거래일에 미치지 않음",
        "the prices do not reach over sessions {window}",
    ),
    "claims_lacks_return": ("이 구간의 등락률 없음", "the stock has no return over the window"),
    "claims_lacks_members": ("등락률이 있는 종목이 모자람", "too few of the stocks have a return"),
    "claims_lacks_abnormal": ("초과수익률이 있는 종목이 모자람", "too few of the stocks have an abnormal return"),
    "claims_lacks_cap": ("시가총액 없음", "the source gives no market capitalisation"),
    "claims_return": ("{of} {value}%", "{of} {value}%"),
    "claims_but": ("{of} {value}%", "{of} {value}%"),
    "claims_except": ("예외: {named}", "not so: {named}"),
    "claims_mean": ("{of}{at} 평균 {value}%", "{of}{at} mean {value}%"),
    "claims_mean_cw": ("{of}{at} 시총가중 {value}%", "{of}{at} cap-weighted mean {value}%"),
    "claims_median": ("{of}{at} 중앙값 {value}%", "{of}{at} median {value}%"),
    "claims_caar": ("{of}{at} CAAR {value}%", "{of}{at} CAAR {value}%"),
    "claims_up": ("{of} {n}종목 중 {k}종목 상승", "{k} of {n} rose ({of})"),
    "claims_down": ("{of} {n}종목 중 {k}종목 하락", "{k} of {n} fell ({of})"),
    "claims_difference": ("차이 {value}%p", "difference {value} percentage points"),
    "claims_rank_best": ("{n}개 업종 중 위에서 {k}위", "place {k} of {n} sectors from the top"),
    "claims_rank_worst": ("{n}개 업종 중 아래에서 {k}위", "place {k} of {n} sectors from the bottom"),
    "claims_undone": ("되돌림 {share}%", "{share}% of it undone"),
    "claims_cap": ("{of} 시가총액 {trillion}조 원", "market value of {of} {trillion} tn won"),
    "claims_ratio": ("{stated}조 원은 {ratio}배", "{stated} tn won are {ratio} times that"),
    "claims_peer": ("{of} {value}%", "{of} {value}%"),
    "claims_known": ("{of} {n}종목 중 {k}종목", "{k} of {n} known ({of})"),
}
