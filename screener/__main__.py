"""Entry point of the command `screener` and of `python -m screener`."""

import gc
import os
import sys

from screener import __version__
from screener.i18n import apart, choose


def main() -> None:
    """Run the command line; plain --help and --version answer without loading it."""
    try:
        _run(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)


def _run(asked: list[str]) -> None:
    _, words = apart(asked)
    if words in (["--help"], ["-h"]):
        name = "help.ko.txt" if choose(asked, os.environ) == "ko" else "help.txt"
        with open(os.path.join(os.path.dirname(__file__), name), encoding="utf-8") as file:  # noqa: PTH118, PTH120, PTH123 - pathlib takes longer to import than all of this
            _answer(file.read())
    elif words == ["--version"]:
        _answer(f"screener {__version__}\n")
    else:
        # A command is short and makes few cycles: the collector would look at the same objects again and again.
        gc.set_threshold(50_000, 20, 20)
        # The matrices are small: threads of BLAS would wait for each other for longer than they work.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        from screener.cli.app import main as run

        run()


def _answer(text: str) -> None:
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except (BrokenPipeError, AttributeError):  # nobody reads it, or there is no stdout
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # or the interpreter would fail on it again at its end
        try:
            sys.stderr.write(f"screener: {error.strerror}\n")
        except (OSError, AttributeError):  # full, or not there
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        sys.exit(3)


if __name__ == "__main__":
    main()
