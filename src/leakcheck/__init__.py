"""leakcheck tells, with proof, which tests of a pytest suite leak state into which."""

__version__ = "0.1.0"
