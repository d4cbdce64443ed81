"""`python -m tests.generator FOLDER --seed 1 --tests 200`."""

import argparse
import sys
from dataclasses import fields, replace
from pathlib import Path

from . import BENCHMARK, Spec, generate


def parse() -> tuple[Path, Spec]:
    """The folder and the spec that the command line names: the benchmark's, where it is silent."""
    parser = argparse.ArgumentParser(prog="python -m tests.generator", description=__doc__)
    parser.add_argument("folder", type=Path)
    for field in fields(Spec):
        option = f"--{field.name.replace('_', '-')}"
        if field.name == "kinds":
            parser.add_argument(option, nargs="+", default=BENCHMARK.kinds)
        else:
            parser.add_argument(option, type=int, default=getattr(BENCHMARK, field.name))
    wanted = vars(parser.parse_args())
    folder: Path = wanted.pop("folder")
    return folder, replace(BENCHMARK, **(wanted | {"kinds": tuple(wanted["kinds"])}))


def main() -> None:
    """Generate, and tell how much there is."""
    folder, spec = parse()
    try:
        truth = generate(folder, spec)
    except (ValueError, FileExistsError) as error:
        sys.exit(f"error: {error}")
    counts = f"{len(truth.tests)} tests, {len(truth.victims)} victims, {len(truth.brittle)} brittle"
    sys.stdout.write(f"{counts}, {len(truth.leaks)} leaks; the truth is in {folder / 'truth.json'}\n")


if __name__ == "__main__":
    main()
