"""Words of the charts and of the page that holds them, in Korean and English."""

from __future__ import annotations

CHARTS: dict[str, tuple[str, str]] = {
    "chart_event_day": ("사건일", "event day"),
    "chart_post_hoc_out": (
        "사건 뒤 움직임을 보고 묶은 {names}: 증거가 아니므로 뺐습니다.",
        "Left out, for they were put together after the event because of how they moved and are no evidence: {names}.",
    ),
    "chart_paths_title": (
        "{day}까지 {best} {best_value}%, {worst} {worst_value}%",
        "By {day}, {best} stood at {best_value}% and {worst} at {worst_value}%",
    ),
    "chart_paths_title_1": ("{day}까지 {best} {best_value}%", "By {day}, {best} stood at {best_value}%"),
    "chart_paths_measure": (
        "누적 평균초과수익률(CAAR, {model}), %, 기준일 = 0, 사건일부터의 거래일",
        "Cumulative average abnormal return (CAAR, {model}), %, base = 0, by sessions from the event day",
    ),
    "chart_paths_note": (
        "띠: 기준일부터 그 거래일까지의 95% 구간. 0을 포함하면 평상시와 구별되지 않습니다. 회색: 다른 업종.",
        "Band: 95 % interval of the sum from the base to that session; where it holds 0, the sum cannot be told from "
        "an ordinary one. Grey: the other sectors.",
    ),
    "chart_paths_no_band": (
        "띠가 없는 곳은 구간을 알 수 없습니다(테마는 구간을 재지 않습니다).",
        "Where there is no band, the interval is not known; of themes it is not measured.",
    ),
    "chart_paths_alt": (
        "업종 {n}개의 누적 초과수익률 선 그래프, {first:+d}에서 {last:+d}거래일. 마지막 값과 95% 구간: {sectors}.",
        "Line charts of the cumulative abnormal return of {n} sectors, sessions {first:+d} to {last:+d}. At the end, "
        "with 95 % intervals: {sectors}.",
    ),
    "chart_path_told": ("{name} {value}%({low}%~{high}%)", "{name} {value}% ({low}% to {high}%)"),
    "chart_path_told_plain": ("{name} {value}%", "{name} {value}%"),
    "chart_prices_sectors_title": (
        "{day}에 {best} {best_value}, {worst} {worst_value}",
        "{best} at {best_value} and {worst} at {worst_value} on {day}",
    ),
    "chart_prices_stocks_title": (
        "큰 종목: {day}에 {best} {best_value}, {worst} {worst_value}",
        "Of the largest stocks, {best} at {best_value} and {worst} at {worst_value} on {day}",
    ),
    "chart_prices_stock_title": (
        "{name} {value}, {day}",
        "{name} at {value} on {day}",
    ),
    "chart_prices_stock_note": (
        "그 업종: 기준일에 같은 금액씩 사서 그대로 둔 종목들. 지수: 점선.",
        "Its sector: the stocks bought in equal parts at the base and held. Index: dotted.",
    ),
    "chart_prices_measure": ("가격 지수, {base} 종가 = 100", "Price, close of {base} = 100"),
    "chart_prices_sectors_note": (
        "업종: 기준일에 같은 금액씩 사서 그대로 둔 종목들. 지수: 점선.",
        "Sectors: the stocks bought in equal parts at the base and held. Indices: dotted.",
    ),
    "chart_prices_stocks_note": (
        "기준일 시가총액이 가장 큰 종목. 지수: 점선.",
        "The stocks with the largest market capitalisation at the base. Indices: dotted.",
    ),
    "chart_prices_alt": (
        "{first}부터 {last}까지의 가격 선 그래프, 기준일 = 100. 마지막 값: {series}.",
        "Line chart of prices from {first} to {last}, base = 100. At the end: {series}.",
    ),
    "chart_ordinary_title": (
        "{pair}: 평상시 {days}거래일 중 이만큼 극단적인 날은 {before}일",
        "{pair}: {before} of {days} ordinary sessions were as extreme",
    ),
    "chart_ordinary_title_first": (
        "{pair}: 평상시 {days}거래일 중 이보다 극단적인 날 없음",
        "{pair}: more extreme than any of {days} ordinary sessions",
    ),
    "chart_ordinary_measure": (
        "격차의 초과수익률을 그날까지의 변동성으로 나눈 값(z), {window}. 한 칸 = 평상시 거래일 하나",
        "Abnormal return of the difference over the volatility that the sessions before let expect (z), {window}; one "
        "block = one ordinary session",
    ),
    "chart_ordinary_note": (
        "진한 칸: 어느 방향으로든 사건일만큼 극단적인 거래일. 점선: 사건일과 크기가 같고 방향이 반대인 값. "
        "p = (진한 칸 + 1) / (모든 칸 + 1).",
        "Dark blocks: sessions as extreme as the event, in either direction. Dashed: the event's size the other way. "
        "p = (dark blocks + 1) / (all blocks + 1).",
    ),
    "chart_ordinary_place": (
        "z {z}; {days}거래일 중 {before}일이 이만큼 극단적, p {p}",
        "z {z}; {before} of {days} as extreme, p {p}",
    ),
    "chart_ordinary_told": (
        "{pair} z {z}, {days}거래일 중 {before}일이 이만큼 극단적, p {p}",
        "{pair} z {z}, {before} of {days} ordinary sessions as extreme, p {p}",
    ),
    "chart_ordinary_event": ("사건일 {z}", "event {z}"),
    "chart_ordinary_alt": (
        "평상시 거래일의 히스토그램에 표시한 사건일. {panels}.",
        "Histograms of ordinary sessions with the event marked. {panels}.",
    ),
    "chart_movers_title": (
        "{best} {best_value}%, {worst} {worst_value}%",
        "From {best} at {best_value}% to {worst} at {worst_value}%",
    ),
    "chart_movers_title_1": ("{best} {best_value}%", "{best} at {best_value}%"),
    "chart_movers_measure": (
        "종목별 누적 초과수익률(CAR)과 95% 구간, {window}",
        "Abnormal return (CAR) by stock, with its 95 % interval, {window}",
    ),
    "chart_movers_measure_plain": ("종목별 등락률, {window}", "Return by stock, {window}"),
    "chart_movers_note": (
        "초과수익률이 가장 높은 종목과 가장 낮은 종목. {n}개 중 {clear}개 구간에 0이 없습니다(흐린 선에는 있음). "
        "극단적이어서 고른 종목이지만 구간은 이를 감안하지 않습니다.",
        "The highest and the lowest abnormal returns. {clear} of {n} intervals do not hold 0; the pale ones do. These "
        "stocks were chosen for being extreme, which the intervals do not allow for.",
    ),
    "chart_movers_hollow": (
        "빈 점: 사건 뒤 움직임을 보고 묶은 종목군에만 있는 종목.",
        "Hollow: only in groups that were put together after the event because of how they moved.",
    ),
    "chart_movers_alt": (
        "종목 {n}개의 초과수익률과 95% 구간을 나타낸 점 그래프, {clear}개 구간이 0을 포함하지 않음. {stocks}.",
        "Dot plot of the abnormal returns of {n} stocks with 95 % intervals, {clear} of which do not hold 0. {stocks}.",
    ),
    "chart_movers_alt_plain": (
        "종목 {n}개의 등락률 점 그래프. {stocks}.",
        "Dot plot of the returns of {n} stocks. {stocks}.",
    ),
    "chart_windows_title": (
        "{name}: {n}개 구간 중 {clear}개에서 초과수익률이 0과 구별됨",
        "{name}: abnormal return clear of 0 in {clear} of {n} windows",
    ),
    "chart_windows_measure": (
        "구간별 누적 초과수익률(CAR)과 95% 구간, 사건일부터의 거래일",
        "Abnormal return (CAR) by window, with its 95 % interval, in sessions from the event day",
    ),
    "chart_windows_alt": (
        "{name}의 구간별 초과수익률과 95% 구간을 나타낸 점 그래프. {windows}.",
        "Dot plot of the abnormal return of {name} by window, with 95 % intervals. {windows}.",
    ),
    "chart_breadth_title": (
        "{most} {of_most}종목 중 {up}종목 상승, {least} {of_least}종목 중 {down}종목 하락",
        "{up} of {of_most} rose in {most}; {down} of {of_least} fell in {least}",
    ),
    "chart_breadth_measure": (
        "업종과 테마별 오른 종목, 그대로인 종목, 내린 종목의 수, {window}",
        "Stocks that rose, stayed and fell, by sector and theme, {window}",
    ),
    "chart_breadth_told": ("{name} 상승 {up}, 보합 {flat}, 하락 {down}", "{name} {up} up, {flat} flat, {down} down"),
    "chart_breadth_alt": (
        "오른 종목과 내린 종목의 수를 나타낸 누적 막대그래프. {groups}.",
        "Stacked bars of how many stocks rose and fell. {groups}.",
    ),
    "chart_up": ("▲ 상승", "▲ up"),
    "chart_flat": ("= 보합", "= flat"),
    "chart_down": ("▼ 하락", "▼ down"),
    "chart_tiles_title": (
        "{of}종목 중 {n}종목이 시장보다 올랐고, 이들은 시가총액의 {share}%",
        "{n} of {of} stocks beat what was expected of them, with {share}% of the capitalisation",
    ),
    "chart_tiles_measure": (
        "넓이: 그 업종 안에서 차지하는 기준일 시가총액. 색: 누적 초과수익률(CAR), {window}",
        "Area: market capitalisation at the base, within the sector. Colour: abnormal return (CAR), {window}",
    ),
    "chart_tiles_note": (
        "업종의 크기는 종목 수를 따르므로 다른 업종의 칸과는 비교할 수 없습니다. 두 업종에 속한 종목은 두 번 나옵니다. "
        "작은 칸은 화살표로 방향만 보입니다. 모든 종목은 표에 있습니다.",
        "A sector has room for its number of stocks, so tiles of two sectors do not compare in size. A stock of two "
        "sectors stands in both. Small tiles show the direction alone; the table has every stock.",
    ),
    "chart_tiles_cap": ("{cap}조 원", "{cap} tn won"),
    "chart_tiles_told": ("{name} {n}종목 {cap}조 원", "{name}, {n} stocks, {cap} tn won"),
    "chart_tile_tip": (
        "{name} ({ticker}): CAR {car}%, 시가총액 {cap}조 원",
        "{name} ({ticker}): CAR {car}%, {cap} tn won",
    ),
    "chart_tiles_alt": (
        "종목을 시가총액 넓이의 칸으로, 초과수익률을 색으로 나타낸 그림. {sectors}. 가장 큰 종목: {largest} {car}%.",
        "Treemap of the stocks by capitalisation, coloured by abnormal return. {sectors}. The largest is {largest}, "
        "{car}%.",
    ),
    "html_skip": ("본문으로", "Skip to the content"),
    "html_contents": ("차례", "Contents"),
}
