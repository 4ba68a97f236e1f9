"""Runs the command in forks of one process that has imported everything, for what an import costs many runs can have.

Says 0 when it is ready. Then it reads one JSON object a line: {"start": {...}} is answered with the pid, {"wait": pid} with the exit status.
"""

from __future__ import annotations

import gc
import hashlib
import importlib
import json
import os
import signal
import socket
import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any, NoReturn
from unittest.mock import patch

from tests import crash

LOADED = (
    "pykrx.website.comm.auth",
    "pykrx.website.krx.market.core",
    "pykrx.website.naver.core",
    "screener.report.make",
    "screener.daily.run",
    "screener.doctor",
    "screener.archive.reports",
    "screener.data.sources.live",
    "screener.cli.app",
    "screener.demo",
    "screener.krx.openapi",
    "screener.krx.pykrx",
    "screener.data.sources.files",
    "screener.report.charts",
    "screener.report.formats.data",
    "screener.report.formats.xlsx",
    "screener.report.formats.html",
    "screener.report.formats.markdown",
    "screener.report.formats.terminal",
    "screener.report.views.claims",
    "screener.report.views.compare",
    "screener.report.views.stock",
    "screener.report.views.study",
    "time_machine",
)

KEPT = {"PYDANTIC_DISABLE_PLUGINS": "__all__"}
"""What the screener sets itself when it is imported."""


def prepare(job: dict[str, Any]) -> None:
    """Set the clock, and what a user could only change in the code."""
    import requests
    import time_machine

    from screener.data import checks, fetch
    from screener.data import connections as access
    from screener.krx.client import Timeouts

    if job.get("now"):
        time_machine.travel(datetime.fromisoformat(job["now"]), tick=False).start()
    if job.get("patience"):
        patch.object(access, "Timeouts", lambda **given: Timeouts(**{**given, **job["patience"]})).start()
    if job.get("hopeless") is not None:
        patch.object(requests.adapters.HTTPAdapter, "send", _impatient(job["hopeless"])).start()
    if job.get("batch"):
        patch.object(fetch, "BATCH", job["batch"]).start()
    if job.get("whole"):
        patch.object(checks, "WHOLE", job["whole"]).start()
    if job.get("nameless"):
        failure = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        patch.object(socket, "getaddrinfo", side_effect=failure).start()
    for name, value in job.get("constants", {}).items():
        patch(name, tuple(value) if isinstance(value, list) else value).start()


def _impatient(hopeless: str) -> Callable[..., Any]:
    """`HTTPAdapter.send`, which gives up at once where a request's body holds `hopeless`."""
    import requests

    send = requests.adapters.HTTPAdapter.send

    def impatient(self: Any, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        if hopeless in str(request.body or ""):
            options["timeout"] = 60, 0.05
        return send(self, request, **options)

    return impatient


def run(job: dict[str, Any]) -> NoReturn:
    """Become the command."""
    from screener.__main__ import main

    signal.alarm(job["limit"])
    for stream, name in ((0, os.devnull), (1, job["stdout"]), (2, job["stderr"])):
        mode = os.O_RDONLY if stream == 0 else os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        os.dup2(os.open(name, mode, 0o600), stream)
    if os.isatty(2):  # unlike the stream that was inherited it has no position
        sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)  # noqa: SIM115
    os.environ.clear()
    os.environ.update({**KEPT, **job["environment"]})
    os.chdir(job["folder"])
    prepare(job)
    if job.get("record"):
        crash.record(*map(Path, job["record"]))
    if job.get("remove"):
        folder, below, before = job["remove"]
        crash.remove(Path(folder), Path(below), before)
    sys.argv = ["screener", *job["arguments"]]
    main()
    os._exit(0)


def serve(studies: Path) -> None:
    """Fork, or wait for a fork, as asked; the studies of the real market are kept in a folder."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # pykrx prints when it is imported
    for name in LOADED:
        importlib.import_module(name)
    from screener.config import load_settings
    from screener.krx.calendar import Calendar
    from screener.report.formats.html import _template
    from tests.forkserver import kept

    # What is the same in every command is kept: the shipped files and the compiled page.
    load_settings()
    _template()
    Calendar().sessions(date(2024, 1, 1), date(2026, 12, 31))
    # A fingerprint of a password takes a tenth of a second on purpose.
    scrypt = hashlib.scrypt
    patch.object(hashlib, "scrypt", lambda *given, **options: scrypt(*given, **{**options, "n": 2})).start()
    sys.stdout.flush()  # or every fork would print it again
    gc.freeze()
    answers.write("0\n")
    answers.flush()
    kept.keep_in(studies)
    for line in sys.stdin:
        asked = json.loads(line)
        if "start" in asked:
            kept.take_up()
            answer = os.fork()
            if not answer:
                run(asked["start"])
        else:
            answer = os.waitstatus_to_exitcode(os.waitpid(asked["wait"], 0)[1])
        answers.write(f"{answer}\n")
        answers.flush()


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
