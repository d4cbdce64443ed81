"""`python -m trials`: see the package's docstring."""

import argparse
from pathlib import Path

from .projects import projects
from .table import PAGE, table
from .trial import report_again, run, trial


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m trials")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, text in (("run", "audit projects"), ("report", "tell again what their audits have found")):
        running = commands.add_parser(name, help=text)
        running.add_argument("names", nargs="*", help="projects (default: all)")
        running.add_argument("--at", type=Path, required=True, help="folder of checkouts and environments")
    commands.add_parser("table", help="write the page")
    wanted = parser.parse_args()
    if wanted.command == "table":
        PAGE.write_text(table())
    else:
        known = projects()
        one = trial if wanted.command == "run" else report_again
        run([known[name] for name in wanted.names or known], wanted.at.resolve(), one)


if __name__ == "__main__":
    main()
