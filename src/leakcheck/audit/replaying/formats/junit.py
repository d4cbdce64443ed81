"""JUnit XML, as pytest writes it. Which worker ran a test, only a property of it can tell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from leakcheck.audit.replaying.recorded_run import Gathering, RecordedRun, workers
from leakcheck.errors import Unreadable
from leakcheck.wire.run_logs import MAIN

PROPERTIES = frozenset({"worker", "worker_id", "workerid", "xdist_worker"})
_NO_WORKERS = (
    "the file names no workers: its tests are taken for those of one process, in their sequence there. A run with "
    '-n names them where a fixture says record_property("worker", worker_id), see docs/guard.md#replay'
)
_LARGEST = 256 * 1024 * 1024


class Reader:
    says = "JUnit XML"

    def read(self, log: Path) -> RecordedRun | None:
        if not log.is_file() or not _begins_as_xml(log):
            return None
        gathering = Gathering()
        for case in _cases(log):
            test = f"{case.get('classname', '')}::{case.get('name', '')}"
            failed = case.find("failure") is not None or case.find("error") is not None
            gathering.add(_worker(case), test, failed=failed)
        ran = gathering.ran()
        return RecordedRun(ran, junit_name, remark=_NO_WORKERS if workers(ran) <= {MAIN} else "")


def junit_name(test: str) -> str:
    """What pytest calls a test there, class and name in one."""
    path, bracket, parameters = test.partition("[")
    file, *names = path.split("::")
    module = re.sub(r"\.py$", "", file.replace("/", "."))
    last = f"{names[-1] if names else ''}{bracket}{parameters}"
    return f"{'.'.join([module, *names[:-1]])}::{_escaped(last)}"


def _escaped(text: str) -> str:
    """As pytest spells what no XML may hold."""
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]", lambda found: _code(found[0]), text)


def _code(character: str) -> str:
    number = ord(character)
    return f"#x{number:02X}" if number <= 0xFF else f"#x{number:04X}"


def _begins_as_xml(log: Path) -> bool:
    with log.open("rb") as file:
        return file.read(64).lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<")


def _cases(log: Path) -> Iterator[ElementTree.Element]:
    if log.stat().st_size > _LARGEST:
        raise Unreadable(f"{log} is larger than a report of tests can be")
    data = log.read_bytes()
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise Unreadable(f"{log} declares entities, as no report of tests does")
    try:
        root = ElementTree.fromstring(data)
    except ElementTree.ParseError as error:
        raise Unreadable(f"{log} is no whole XML: {error}") from None
    return root.iter("testcase")


def _worker(case: ElementTree.Element) -> str:
    named = (each.get("value", "") for each in case.iter("property") if each.get("name") in PROPERTIES)
    return next(named, "")
