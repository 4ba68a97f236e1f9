"""What is wrong with the store, who holds it, and how it is mended."""

from __future__ import annotations

STORE: dict[str, str] = {
    "{url}: cannot hold a store: {reason}: give a directory or a URL that pyarrow knows": (
        "{url}: 저장소가 될 수 없습니다: {reason}: 디렉터리나 pyarrow가 아는 URL을 주십시오"
    ),
    "{url}: names no directory: add one to it": "{url}: 디렉터리가 없습니다: 넣으십시오",
    "{path}: cannot be {what}: {reason}: {remedy}": "{path}: {what} 수 없습니다: {reason}: {remedy}",
    "read": "읽을",
    "written": "쓸",
    "removed": "지울",
    "locked": "잠글",
    "make room there": "그곳에 자리를 만드십시오",
    "check --store and its permissions": "--store와 권한을 확인하십시오",
    "{shown}: {who} is writing there: wait for it, or end it": (
        "{shown}: {who}이(가) 쓰고 있습니다: 기다리거나 끝내십시오"
    ),
    "{command} (pid {pid} on {host}, since {since})": "{command}({host}의 pid {pid}, {since}부터)",
    "another process": "다른 프로세스",
    # Damage
    "{file}: {error}: run `screener store repair`": "{file}: {error}: `screener store repair`를 실행하십시오",
    "{file}: is missing: run `screener store repair`": "{file}: 없습니다: `screener store repair`를 실행하십시오",
    "{file}: is damaged: run `screener store repair`": (
        "{file}: 손상되었습니다: `screener store repair`를 실행하십시오"
    ),
    "has format {found}, this screener knows {known}: update it": (
        "형식이 {found}이고, 이 screener가 아는 것은 {known}입니다: 새 버전으로 바꾸십시오"
    ),
    "is damaged or missing": "손상되었거나 없습니다",
    "is missing": "없습니다",
    "fails its checksum": "체크섬이 맞지 않습니다",
    "has other columns than it should": "열이 다릅니다",
    "has other rows than the manifest says": "행이 목록과 다릅니다",
    "has other sessions than it says": "거래일이 표시와 다릅니다",
    "has sessions of another year": "다른 해의 거래일이 있습니다",
    "has rows twice, or out of order": "행이 두 번 있거나 순서대로가 아닙니다",
    "cannot be read: {why}": "읽을 수 없습니다: {why}",
    "is not of this store, but others would read it with the table": (
        "이 저장소의 파일이 아니지만 다른 프로그램은 표와 함께 읽습니다"
    ),
    "{table}: {key} stands twice on {day}: the source is wrong": (
        "{table}: {day}에 {key}이(가) 두 번 있습니다: 출처가 틀렸습니다"
    ),
    "{table}: a row has no {name}: a source must not give such a row": (
        "{table}: {name}이(가) 없는 행이 있습니다: 출처가 주어서는 안 되는 행입니다"
    ),
    # Mending
    "{file}: removed: left from a write that was cut short": "{file}: 지웠습니다: 중간에 끊긴 쓰기가 남긴 파일",
    "{file}: removed: {why}": "{file}: 지웠습니다: {why}",
    "{file}: renamed to end in .foreign: not of this store": (
        "{file}: .foreign을 붙여 이름을 바꾸었습니다: 이 저장소의 파일이 아닙니다"
    ),
    "{file}: made again from the partitions": "{file}: 파일들에서 다시 만들었습니다",
}
