"""Why an operating system would not."""

from __future__ import annotations

SYSTEM: dict[str, str] = {
    "Bad file descriptor": "잘못된 파일 번호",
    "Broken pipe": "파이프 끊김",
    "Device or resource busy": "사용 중",
    "Disk quota exceeded": "디스크 할당량 초과",
    "File exists": "파일이 이미 있음",
    "File name too long": "너무 긴 파일 이름",
    "File too large": "너무 큰 파일",
    "Input/output error": "입출력 오류",
    "Is a directory": "디렉터리임",
    "No space left on device": "디스크에 남은 공간 없음",
    "No such file or directory": "파일이나 디렉터리 없음",
    "Not a directory": "디렉터리가 아님",
    "Operation not permitted": "허용되지 않은 작업",
    "Permission denied": "권한 없음",
    "Read-only file system": "읽기 전용 파일 시스템",
    "Stale file handle": "사라진 파일",
    "Too many levels of symbolic links": "순환하는 심볼릭 링크",
    "Too many open files": "열린 파일이 너무 많음",
    "there is no stdout to write to": "쓸 표준 출력이 없음",
}
