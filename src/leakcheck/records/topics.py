"""What is told about an audit beside its findings, by topic; and why executions are no forks."""

from __future__ import annotations

from enum import StrEnum


class Topic(StrEnum):
    """What a note of an audit, or of an execution, is about. What follows from a note follows from its topic, never
    from its words."""

    ASKED = "asked"
    BUDGET = "budget"
    CLUSTER = "cluster"
    ENGINE = "engine"
    FILES = "files"
    IMPORTS = "imports"
    """Test files were not imported in the order in which they were to be."""
    LAUNCHER = "launcher"
    LEFT = "left"
    """A test in a row has left something, or did not simply pass: it was the last."""
    MISSING = "missing"
    """An order names a test that the suite lacks."""
    NAMES = "names"
    """Values were put in front of those alone whose code has a name for them."""
    NEUTRALISED = "neutralised"
    NO_EVIDENCE = "no evidence"
    """In format 1, the execution was disturbed: it is kept and not counted."""
    NOT_RESTORED = "not restored"
    """A location could not be put back."""
    PORTS = "ports"
    PROCESS = "process"
    QUIET = "quiet"
    RECORDER = "recorder"
    REPLAY = "replay"
    """What was asked for is why tests failed in a run that is over: the audit is about these, and no other."""
    RESOURCES = "resources"
    SERVERS = "servers"
    STOPPED = "stopped"
    """pytest ended the run."""
    TEMP = "temp"
    THREADS = "threads"


class Fallback(StrEnum):
    """Why each order runs in a new process from some time on, although forks were wanted."""

    ENDED = "ended"
    """The process that was to be forked ended when it collected."""
    THREADS = "threads"
    CONNECTIONS = "connections"
    """The import of the suite has started or made them: a fork lacks the ones and shares the others."""
    DATABASES = "databases"
    """It has opened files of databases that tests remove: a fork goes on with what is gone."""
    DIFFERS = "differs"
    """A fork behaves otherwise than plain pytest."""
    UNKNOWN = "unknown"
    """An audit of an earlier leakcheck says in words only why it fell back."""
