"""The soak: `python -m tests.soak` plays two years, calm and rough side by side, and says what differs."""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.conftest import ROOT
from tests.soak.compare import compare
from tests.soak.play import Diary, play
from tests.soak.script import script
from tests.soak.strikes import STRIKES, WAYS

SESSIONS, EVENTS = 490, 8
"""Two years of sessions."""


def main() -> None:
    """Play, compare, and end with 1 where something differs that no fault has hidden."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--sessions", type=int, default=SESSIONS)
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--way", choices=WAYS, default=WAYS[0], help="How they reach the exchange.")
    parser.add_argument("--folder", type=Path, help="Where to play; by default a temporary directory.")
    parser.add_argument("--only", choices=("calm", "rough"), help="Play one of them, and print its diary as JSON.")
    options = parser.parse_args()
    if options.only:
        strikes = STRIKES if options.only == "rough" else ()
        diary = play(options.folder, script(options.sessions, options.events), strikes, options.way)
        sys.stdout.write(json.dumps(diary.as_json()) + "\n")
        return
    folder = options.folder or Path(tempfile.mkdtemp(prefix="soak-"))
    started = time.monotonic()
    diaries = side_by_side(folder, options.sessions, options.events, options.way)
    seconds = time.monotonic() - started
    found = compare(
        folder / "calm/reports",
        folder / "rough/reports",
        script(options.sessions, options.events),
        diaries["rough"],
    )
    say = sys.stdout.write
    for name, diary in diaries.items():
        say(f"{name}: {diary.runs} runs, exit codes {diary.codes}, {diary.kills} killed\n")
    say(f"strikes on {len(diaries['rough'].struck)} days, {len(set(diaries['rough'].struck.values()))} kinds\n")
    say(f"{options.sessions} sessions, {options.events} events in {seconds:.0f} seconds\n")
    say(f"{found.same} files are the same, byte for byte\n")
    say(f"{len(found.fetched)} reports name a later time of fetching\n")
    say(f"{len(found.unseen)} reports had wrong figures first that only one of the two has seen: another revision\n")
    for name in found.wrong:
        say(f"WRONG: {name}\n")
    if options.folder is None and not found.wrong:
        shutil.rmtree(folder)
    sys.exit(1 if found.wrong else 0)


def side_by_side(folder: Path, sessions: int, events: int, way: str) -> dict[str, Diary]:
    """Both plays at once, each with an exchange of its own."""
    running = {}
    for name in ("calm", "rough"):
        command = [sys.executable, "-W", "ignore", "-m", "tests.soak", "--only", name, "--folder", str(folder / name)]
        command += ["--sessions", str(sessions), "--events", str(events), "--way", way]
        running[name] = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    diaries = {}
    for name, process in running.items():
        out, _ = process.communicate()
        if process.returncode:
            raise RuntimeError(f"the {name} play ended with {process.returncode}")
        diaries[name] = Diary.of_json(json.loads(out.splitlines()[-1]))
    return diaries


if __name__ == "__main__":
    main()
