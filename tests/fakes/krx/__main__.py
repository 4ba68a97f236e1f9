"""The stand-in by hand: python -m tests.fakes.krx --port 8899 --now 2025-03-31T18:30, then use what it prints."""

from __future__ import annotations

import argparse
import contextlib
import signal
from datetime import datetime

from tests.fakes.krx import KST, Exchange, Market


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.krx", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--now", type=datetime.fromisoformat, help="Korean time; the evening of the last session")
    options = parser.parse_args()
    market = Market(now=options.now.replace(tzinfo=KST) if options.now else None)
    with Exchange(market, port=options.port) as exchange:
        name, password = exchange.credentials
        account = {"KRX_ID": name, "KRX_PW": password, "KRX_AUTH_KEY": exchange.account.auth_key}
        for variable, value in {**exchange.environment, **account}.items():
            print(f"export {variable}={value!r}", flush=True)  # noqa: T201 - its purpose
        with contextlib.suppress(KeyboardInterrupt):
            signal.pause()


main()
