"""What is wrong with figures that were fetched, so that they are not stored, and how far a fetch has come."""

from __future__ import annotations

SYNC: dict[str, str] = {
    # Sessions
    "{source}: the session {day}": "{source}: {day} 거래일",
    "{what} came with {count:,} stocks where {fewest:,} are the least: part of a market is not stored": (
        "{what}: {count:,}종목만 왔고 적어도 {fewest:,}종목이어야 합니다: 시장의 일부는 저장하지 않습니다"
    ),
    "{what} came with {count:,} stocks, the session before has {before:,}: part of a market is not stored": (
        "{what}: {count:,}종목만 왔고 직전 거래일에는 {before:,}종목입니다: 시장의 일부는 저장하지 않습니다"
    ),
    "{what} came with {count:,} of {wanted:,} stocks: part of a market is not stored": (
        "{what}: {wanted:,}종목 중 {count:,}종목만 왔습니다: 시장의 일부는 저장하지 않습니다"
    ),
    "{what} names a stock twice: not stored": "{what}: 같은 종목이 두 번 있습니다: 저장하지 않았습니다",
    "{what} names {odd!r}, which is no ticker: not stored": (
        "{what}: {odd!r}은(는) 종목코드가 아닙니다: 저장하지 않았습니다"
    ),
    "{what}: {ticker} traded without a price: not stored": (
        "{what}: {ticker}이(가) 가격 없이 거래되었습니다: 저장하지 않았습니다"
    ),
    "{what}: its rates do not go with its changes: not stored": (
        "{what}: 등락률과 대비가 맞지 않습니다: 저장하지 않았습니다"
    ),
    "{what}: its closes and its rates do not go with the closes of {before}: not stored; if KRX traded between them, "
    "add the day to [calendar] in screener.toml": (
        "{what}: 종가와 등락률이 {before} 종가와 맞지 않습니다: 저장하지 않았습니다. 그 사이에 거래일이 있었으면 "
        "screener.toml의 [calendar]에 넣으십시오"
    ),
    "{what} came with the figures of {was}: nothing is stored, try again later": (
        "{what}: {was}의 수치가 왔습니다: 저장하지 않았으니 나중에 다시 하십시오"
    ),
    "{source}: the session {day} came without figures, though the indices have it: not stored, try again later": (
        "{source}: 지수에는 있는 {day} 거래일이 수치 없이 왔습니다: 저장하지 않았으니 나중에 다시 하십시오"
    ),
    # Indices
    "{source}: the indices of": "{source}: 지수",
    "{source}: the indices of {day}: {index} has no level: not stored": (
        "{source}: 지수 {day}: {index}의 값이 없습니다: 저장하지 않았습니다"
    ),
    "{source}: the indices of {day} are missing, though it was a session: try again later": (
        "{source}: 거래일인 {day}의 지수가 없습니다: 나중에 다시 하십시오"
    ),
    "{what} {day}: {index} stands twice: not stored": (
        "{what} {day}: {index}이(가) 두 번 있습니다: 저장하지 않았습니다"
    ),
    "{what} {day}: {index} is missing: not stored": "{what} {day}: {index}이(가) 없습니다: 저장하지 않았습니다",
    "{what} {day} came with the figures of {before}: nothing is stored, try again later": (
        "{what} {day}: {before}의 수치가 왔습니다: 저장하지 않았으니 나중에 다시 하십시오"
    ),
    "{what} {day}: {index} moved otherwise since {before} than its change says: not stored; if KRX traded between "
    "them, add the day to [calendar] in screener.toml": (
        "{what} {day}: {before}부터 {index}의 움직임이 대비와 다릅니다: 저장하지 않았습니다. 그 사이에 거래일이 "
        "있었으면 screener.toml의 [calendar]에 넣으십시오"
    ),
    # Investors and industries
    "{source}: the flows of {day}": "{source}: {day} 투자자별 순매수",
    "{source}: the industries of {day}": "{source}: {day} 업종 분류",
    # Histories
    "{what}: its days are not in order, or stand twice: not stored": (
        "{what}: 날짜가 순서대로가 아니거나 두 번 있습니다: 저장하지 않았습니다"
    ),
    "{what}: {day} is no working day: not stored": "{what}: {day}은(는) 평일이 아닙니다: 저장하지 않았습니다",
    "{what} on {day}: close {close:g} cannot be: not stored": (
        "{what} {day}: 종가 {close:g}은(는) 있을 수 없습니다: 저장하지 않았습니다"
    ),
    "{what}: {where}: negative {name}: not stored": "{what}: {where}: {name}이(가) 음수입니다: 저장하지 않았습니다",
    "{what}: {where}: {name} is larger than can be: not stored": (
        "{what}: {where}: {name}이(가) 있을 수 없이 큽니다: 저장하지 않았습니다"
    ),
    "{ticker} on {day}": "{ticker} {day}",
    "{source} answers with nothing for {both}: it refuses, or has changed; nothing of it is stored, try later": (
        "{source}이(가) {both}에 아무것도 주지 않습니다: 거부하거나 바뀌었습니다. 저장하지 않았으니 나중에 하십시오"
    ),
    "{ticker} and {control}, which it has": "{ticker}와(과), 있는 종목인 {control}",
    "{ticker}, which it has": "있는 종목인 {ticker}",
    "{source} gives the figures of {before} under {last}: they are not stored, try again later": (
        "{source}이(가) {last} 자리에 {before}의 수치를 줍니다: 저장하지 않았으니 나중에 다시 하십시오"
    ),
    "{first}{more}; the other stocks are stored": "{first}{more}; 다른 종목은 저장했습니다",
    " (and {count} more stocks)": " (외 {count}종목)",
    # How far it has come
    "{source}: sessions": "{source}: 거래일",
    "{source}: stocks": "{source}: 종목",
    "flows": "투자자별 순매수",
    "industries": "업종 분류",
    "{what}: {total} to fetch": "{what}: {total}건을 받습니다",
    "fetch from {name}": "{name}에서 받기",
}
