"""What observers of hazards cost: `python benchmarks/observing.py`.

Not a test: pytest does not collect this file. It runs the suite of `guarding.py`, 1,000 tests of one request each,
plain, recorded without observers, and recorded with all of them, in turns, so that every ratio is one of neighbours
in time. They are the same observers in an audit. CPU seconds are user and system time of the whole process.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from statistics import median

from guarding import cpu, write

OFF = "leakcheck_without_observers"
PLUGIN = "from leakcheck.guard import beginning\n\nbeginning.hazards = lambda: ()\n"
GUARD = "--leakcheck-guard=warn"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=9)
    turns = parser.parse_args().turns
    without, observed, over_plain = [], [], []
    with tempfile.TemporaryDirectory(prefix="hazards-") as name:
        folder = Path(name)
        write(folder)
        (folder / f"{OFF}.py").write_text(PLUGIN, "utf-8")
        cpu(folder)  # compiles
        for _ in range(turns):
            plain, off, on = cpu(folder), cpu(folder, "-p", OFF, GUARD), cpu(folder, GUARD)
            without.append(off / plain)
            over_plain.append(on / plain)
            observed.append(on / off)
    rows = {
        "recorded without observers, over plain": without,
        "recorded with all observers, over plain": over_plain,
        "with observers, over without": observed,
    }
    for row, found in rows.items():
        spread = f"{min(found) - 1:+.1%} to {max(found) - 1:+.1%}"
        sys.stdout.write(f"{row}: {median(found) - 1:+.1%} of CPU ({spread}, {turns} turns)\n")


if __name__ == "__main__":
    main()
