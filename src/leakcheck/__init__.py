"""leakcheck tells, with proof, which tests of a pytest suite leak state into which.

PYTEST_DONT_REWRITE: inside an audited process this package is imported before pytest, which would warn about it.
"""

__version__ = "0.1.0"


class LeakWarning(UserWarning):
    """A test or a fixture has left state behind: what `pytest --leakcheck-guard=warn` says where it happens."""
