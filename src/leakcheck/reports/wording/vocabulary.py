"""The words of the field, for somebody who meets them first."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str] = {
    "victim": "A test that passes alone and fails after another test, its polluter.",
    "polluter": "A test that leaves something behind by which another test, its victim, fails.",
    "brittle": "A test that fails alone, and passes only after another one, its state-setter, made what it needs.",
    "self-polluting": "A test that passes, and fails when it is run again in the same process.",
    "cleaner": "A test that, between polluter and victim, takes away what was left, so that the victim passes.",
    "broken": "A leak by which some test fails, or passes only because of it.",
    "read": "A leak that some test reads, without a change of its outcome so far.",
    "latent": "A leak that no test reads: it hurts nobody yet.",
    "watched kind": "State that leakcheck looks at, such as app.state, environment variables or what modules hold.",
    "proven": "It was executed: the one value was put back in between, and the test behaved as it does alone.",
}
