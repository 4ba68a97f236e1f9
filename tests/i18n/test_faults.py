"""Real faults through the command, in Korean, word for word."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from screener.i18n import _, set_language
from tests.conftest import Run

KO = ("--lang", "ko")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (
            ["report", "--source", "file:none.csv"],
            2,
            "none.csv: 그런 파일이 없습니다: 경로를 확인하십시오",
        ),
        (
            ["report", "--as-of", "2025-13-01"],
            2,
            "'--as-of' 값이 잘못되었습니다: '2025-13-01': 올바른 날짜가 아닙니다: 2025-01-31처럼 쓰십시오: "
            "사용법은 screener report --help",
        ),
        (
            ["sectors", "AI_S"],
            2,
            "'AI_S' 업종은 없습니다: 비슷한 이름: AI_SW 또는 AIRLINES (목록은 `screener sectors`)",
        ),
        (
            ["report", "--event", "deepsek", "--source", "press"],
            2,
            "'deepsek' 사건은 없습니다: 비슷한 이름: deepseek (목록은 `screener events`)",
        ),
        (
            ["report", "--source", "prss"],
            2,
            "'prss' 출처는 없습니다: auto, store, pykrx, openapi, datagokr, press, file:PATH 중에서 선택하십시오(`screener demo`는 별도)",
        ),
        (["report", "--pallette", "kr"], 2, "'--pallette' 옵션은 없습니다. 혹시 '--date', '--palette'?: 사용법은 screener report --help"),
        (
            ["report", "--width", "20"],
            2,
            "'--width' 값이 잘못되었습니다: 20: 60<=x<=200 범위를 벗어났습니다: 사용법은 screener report --help",
        ),
        (
            ["report", "--palette", "red"],
            2,
            "'--palette' 값이 잘못되었습니다: 'red' 대신 'kr', 'us', 'cb' 중에서 고르십시오: 사용법은 screener report --help",
        ),
        (
            ["demo", "--seed", "x"],
            2,
            "'--seed' 값이 잘못되었습니다: 'x': 여기에 쓸 수 있는 수가 아닙니다: 사용법은 screener demo --help",
        ),
        (["stock"], 2, "필요한 인자가 없습니다: 'TICKER': 사용법은 screener stock --help"),
        (["events", "x"], 2, "남는 인자가 있습니다(x): 사용법은 screener events --help"),
        (["sectrs"], 2, "'sectrs' 명령은 없습니다. 혹시 'sectors'?: 사용법은 screener --help"),
        (["store"], 2, "명령이 없습니다: 사용법은 screener store --help"),
        (["report", "--config", "mine"], 2, "mine: 디렉터리가 없습니다: --config(또는 SCREENER_CONFIG)에 *.toml 파일이 있는 디렉터리를 지정하십시오"),
        (["compare", "SEMI"], 2, "compare에는 업종이나 테마 두 개를 지정합니다(현재 1개): screener compare SEMI AI_SW"),
        (["stock", "없는종목", "--source", "press"], 2, "업종과 시세 DB에 '없는종목' 종목이 없습니다; 계정을 설정하고 `screener sync`를 실행하면 전 종목을 찾을 수 있습니다"),
        (["sync", "--from", "1979-01-01"], 2, "--from 1979-01-01: KOSPI 산출을 시작한 1980-01-04 이전입니다"),
    ],
)  # fmt: skip
def test_fault_on_the_command_line(run: Run, arguments: list[str], code: int, said: str) -> None:
    done = run(*arguments, *KO)
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr.splitlines()[-1] == f"screener: {said}"


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("events.toml", "[x", "TOML 형식 오류: 표 선언 끝에 ']'가 없음: 빠진 따옴표, 괄호, 등호를 확인하십시오"),
        ("events.toml", "x = 2025-02-30", "TOML 형식 오류: 날짜나 시각이 아님: 빠진 따옴표, 괄호, 등호를 확인하십시오"),
        ("events.toml", "x = 1\nx = 2", "TOML 형식 오류: 값을 두 번 쓸 수 없음: 빠진 따옴표, 괄호, 등호를 확인하십시오"),
        ("events.toml", "[a]\n[a]", "TOML 형식 오류: ('a',): 두 번 선언할 수 없음: 빠진 따옴표, 괄호, 등호를 확인하십시오"),
        ("events.toml", "", "빈 파일입니다: 내용을 채우거나, 삭제하여 기본 설정을 사용하십시오"),
        ("events.toml", "[e]\nname = { ko = '가', en = 'A' }\nnewss = 2025-01-27", "e.newss: 알 수 없는 키 'newss': 비슷한 이름: news"),
        ("events.toml", "[e]\nname = { ko = '가', en = 'A' }", "e.news: 'news' 키가 없습니다. 추가하십시오"),
        ("sectors.toml", "[S]\nname = { ko = '가', en = 3 }\nmembers = []", "S.name.en: 텍스트여야 합니다 (입력값 3)"),
        ("sectors.toml", "[S]\nname = { ko = '가', en = 'A' }\nmembers = []", "S.members: 1개 이상이어야 합니다 (입력값 [])"),
        ("sectors.toml", "[S]\nmembers = [{ ticker = 660 }]", '종목코드는 수가 아니라 텍스트입니다: 따옴표로 묶어 "000660"로 쓰십시오'),
    ],
)  # fmt: skip
def test_fault_in_a_configuration_file(run: Run, tmp_path: Path, file: str, content: str, said: str) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / file).write_text(content, encoding="utf-8")
    done = run("config", "check", "--config", "mine", *KO)
    assert done.returncode == 2
    lines = done.stderr.splitlines()
    assert all(line.startswith(f"screener: mine/{file}:") for line in lines)
    assert any(line.endswith(said) for line in lines), lines
    assert not any(word in done.stderr for word in ("should", "input", "missing", "invalid TOML"))


def test_language_of_the_configuration_counts_until_another_is_asked_for(run: Run, tmp_path: Path) -> None:
    run("config", "init", "mine")
    path = tmp_path / "mine" / "screener.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('language = "auto"', 'language = "ko"'), encoding="utf-8")
    mine = ("sectors", "X", "--config", "mine")
    assert run(*mine).stderr.startswith("screener: 'X' 업종은 없습니다")
    assert run(*mine, "--lang", "en").stderr.startswith("screener: no sector 'X'")
    assert run(*mine, LANG="en_US.UTF-8").stderr.startswith("screener: 'X' 업종은 없습니다")
    assert "정상" in run("doctor", "--offline", "--config", "mine").stdout


def test_file_that_is_wrong_inside(run: Run, tmp_path: Path) -> None:
    prices = tmp_path / "prices.csv"
    prices.write_text("date,ticker,close\n2025-01-31,000660,many\n", encoding="utf-8")
    done = run("report", "--source", "file:prices.csv", *KO)
    assert (done.returncode, done.stderr) == (3, "screener: prices.csv:2: 'many': 수가 아닙니다\n")
    prices.write_text("date,ticker,close\n2025-01-31,000660,-5\n", encoding="utf-8")
    done = run("report", "--source", "file:prices.csv", *KO)
    assert done.stderr == (
        "screener: prices.csv: 000660 2025-01-31: close -5: 주가가 아닙니다: 수정하거나 그 행을 삭제하십시오\n"
    )


def test_no_network(run: Run) -> None:
    done = run("sync", *KO, "--from", "2025-01-31", "--to", "2025-01-31")
    assert done.returncode == 5
    last = done.stderr.splitlines()[-1]
    assert last.startswith("screener: fchart.stock.naver.com에 연결하지 못했습니다(")
    assert last.endswith("번 시도): 네트워크를 확인하거나 나중에 다시 시도하십시오")


def test_report_says_in_korean_which_source_could_not_serve(run: Run) -> None:
    done = run("report", "--lang", "ko", KRX_AUTH_KEY="")
    assert done.returncode == 0
    assert "could not" not in done.stderr + done.stdout
    assert "pykrx-keyless: 사용할 수 없습니다: fchart.stock.naver.com에 연결하지 못했습니다(" in done.stderr


def test_lists_in_korean_lead_with_korean_names(run: Run) -> None:
    events, sectors, members = (run(*words, *KO).stdout for words in (["events"], ["sectors"], ["sectors", "SEMI"]))
    heads = [events.splitlines()[0], sectors.splitlines()[0], members.splitlines()[1]]
    assert [head for head in heads if not re.fullmatch(r"(ID)?[ 가-힣]+", head)] == []
    assert re.split(r" {2,}", heads[0])[:5] == ["ID", "뉴스 시점", "사건일", "기준일", "경과 거래일"]
    assert "딥시크 쇼크 / DeepSeek shock" in events
    assert "반도체 / Semiconductors" in sectors
    assert sectors.splitlines()[-2] == ("* deepseek 이후 사후적으로 구성한 종목군: SECURITY, ROBOT, CHINA_LINK")
    assert "SK하이닉스 / SK hynix" in members


def test_doctor_in_korean_keeps_the_keys_of_its_json(run: Run) -> None:
    korean, english = (json.loads(run("doctor", "--offline", "--json", "--lang", one).stdout) for one in ("ko", "en"))
    told = [[(check["name"], check["state"]) for check in one["checks"]] for one in (korean, english)]
    assert told[0] == told[1]
    found = {check["name"]: check["found"] for check in korean["checks"]}
    assert found["calendar"] == "시세 DB와 일치함"
    text = run("doctor", "--offline", *KO).stdout
    assert "경고     시세 DB" in text
    assert text.splitlines()[-1].endswith("경고, 0 실패")


def test_every_check_of_the_doctor_has_a_korean_name(run: Run) -> None:
    environment = {"KRX_ID": "a", "KRX_PW": "b", "KRX_AUTH_KEY": "c"}
    document = json.loads(run("doctor", "--offline", "--json", **environment).stdout)
    names = {check["name"] for check in document["checks"]} - {"Python"}
    set_language("ko")
    assert [name for name in names if _(name) == name] == []
