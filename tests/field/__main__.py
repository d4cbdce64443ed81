"""`python -m tests.field`: see the package's docstring."""

import argparse
from pathlib import Path

from .projects import projects
from .table import PAGE, table
from .trial import run


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.field")
    commands = parser.add_subparsers(dest="command", required=True)
    running = commands.add_parser("run", help="audit projects")
    running.add_argument("names", nargs="*", help="projects (default: all)")
    running.add_argument("--at", type=Path, required=True, help="folder of checkouts and environments")
    commands.add_parser("table", help="write the page")
    wanted = parser.parse_args()
    if wanted.command == "run":
        known = projects()
        run([known[name] for name in wanted.names or known], wanted.at.resolve())
    else:
        PAGE.write_text(table())


if __name__ == "__main__":
    main()
