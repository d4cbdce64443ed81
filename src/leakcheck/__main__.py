"""`python -m leakcheck` is `leakcheck`."""

import sys

from leakcheck.cli import main

if __name__ == "__main__":
    sys.exit(main())
