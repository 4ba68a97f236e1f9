"""Entry point of the command `screener` and of `python -m screener`."""

import os.path
import sys

from screener import __version__


def main() -> None:
    """Run the command line; plain --help and --version answer without loading it."""
    asked = sys.argv[1:]
    if asked in (["--help"], ["-h"]):
        with open(os.path.join(os.path.dirname(__file__), "help.txt"), encoding="utf-8") as file:  # noqa: PTH118, PTH120, PTH123 - pathlib takes longer to import than all of this
            sys.stdout.write(file.read())
    elif asked == ["--version"]:
        sys.stdout.write(f"screener {__version__}\n")
    else:
        from screener.cli import main as run

        run()


if __name__ == "__main__":
    main()
