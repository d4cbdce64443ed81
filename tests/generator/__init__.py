"""Generates real FastAPI projects whose test suites leak in known ways, and tells the truth of them."""

from .project import generate
from .spec import BENCHMARK, EXTENDED_KINDS, STANDARD_KINDS, Spec
from .truth import Cleaning, Leak, Source, Truth

__all__ = [
    "BENCHMARK",
    "EXTENDED_KINDS",
    "STANDARD_KINDS",
    "Cleaning",
    "Leak",
    "Source",
    "Spec",
    "Truth",
    "generate",
]
