"""Entry point of the command `leakcheck`."""

from __future__ import annotations

import signal
import sys
import traceback
from collections.abc import Sequence

from rich.console import Console
from typer.main import get_command

from leakcheck.cli.app import app
from leakcheck.cli.bad_calls import bad_call
from leakcheck.cli.given import Given
from leakcheck.cli.streams import steady_streams
from leakcheck.engine import INTERRUPTS, Interrupts
from leakcheck.errors import LeakcheckError
from leakcheck.reports.formats.terminal import console_for
from leakcheck.reports.wording.words import clean

INTERRUPTED, INTERNAL, USAGE = 2, 3, 4


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; what stands behind `--` goes to pytest."""
    given = list(sys.argv[1:] if argv is None else argv)
    end = given.index("--") if "--" in given else len(given)
    typed = Given(tuple(given[:end]), tuple(given[end + 1 :]))
    # What is ignored stays so: a shell has good reasons when it starts something in the background.
    heard = [number for number in INTERRUPTS if signal.getsignal(number) != signal.SIG_IGN]
    interrupts = Interrupts()
    before = [(number, signal.signal(number, interrupts)) for number in heard]
    try:
        with steady_streams():
            return _run(typed, console_for(sys.stderr))
    finally:
        for number, handler in before:
            signal.signal(number, signal.SIG_DFL if handler is None else handler)


def _run(typed: Given, errors: Console) -> int:
    try:
        code = get_command(app).main(list(typed.own), prog_name="leakcheck", standalone_mode=False, obj=typed)
        sys.stdout.flush()
    except LeakcheckError as error:
        show_error(error, errors)
        return error.exit_code
    except KeyboardInterrupt:
        show_text("leakcheck: interrupted", errors)
        return INTERRUPTED
    except Exception as error:
        return _unexpected(error, errors, typed)
    return code if isinstance(code, int) else 0


def show_error(error: LeakcheckError, console: Console) -> None:
    """One message, the other program's words behind it, and the way out last."""
    show_text(f"leakcheck: {error.message}", console)
    if error.detail:
        show_text(error.detail.rstrip(), console)
    if error.hint:
        show_text(error.hint, console)


def show_text(text: str, console: Console) -> None:
    """In a terminal words stay whole; what goes elsewhere keeps its lines."""
    for line in text.split("\n"):
        console.print(clean(line), markup=False, highlight=False, soft_wrap=not console.file.isatty())


def _unexpected(error: Exception, console: Console, typed: Given) -> int:
    """A bad call of the command line, or a mistake of ours."""
    if type(error).__name__ == "NoArgsIsHelpError":
        sys.stdout.write(f"{error.ctx.get_help()}\n")  # type: ignore[attr-defined]
        return 0
    told = bad_call(error, typed)
    if told is not None:
        show_error(told, console)
        return USAGE
    if type(error).__name__ == "Abort":
        return INTERRUPTED
    show_text("".join(traceback.format_exception(error)).rstrip(), console)
    show_text("leakcheck: this is a mistake of leakcheck's own; please report it with the text above.", console)
    return INTERNAL


if __name__ == "__main__":
    sys.exit(main())
