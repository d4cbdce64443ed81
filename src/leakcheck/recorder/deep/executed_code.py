"""Which code objects run: told once each, by the interpreter's own monitoring (PEP 669) or by a profile function.

Monitoring (Python 3.12) costs a call for each code object, and a copy of it; a profile function one for each call.
A test alone takes 5 to 8 ms longer for that, of about 15, and 2 to 7 more to tell the names: so it is for
executions that are asked for nothing else.
"""

from __future__ import annotations

import sys
import threading
from types import CodeType, FrameType
from typing import Any

_MONITORING: Any = getattr(sys, "monitoring", None)
_TOOL_IDS = (4, 3)
"""Those without a meaning, where debuggers, coverage and profilers have theirs."""
NAME = "leakcheck"


class ExecutedCode:
    """Listens between `start` and `stop`, in all threads; `codes` is what ran."""

    def __init__(self) -> None:
        self.codes: set[CodeType] = set()
        self._tool = -1
        self._profiles = False

    def start(self) -> bool:
        """Whether it can be told what runs: not where other tools have all numbers already, nor, without
        monitoring, where somebody else has set a profile function."""
        self.codes.clear()
        if _MONITORING is not None:
            return self._monitor()
        if sys.getprofile() is None and threading.getprofile() is None:
            self._profiles = True
            threading.setprofile(self._called)
            sys.setprofile(self._called)
        return self._profiles

    def stop(self) -> frozenset[CodeType]:
        """What ran. Nothing of the listening is left behind, unless somebody else has taken its place."""
        if self._tool >= 0:
            _MONITORING.set_events(self._tool, 0)
            _MONITORING.register_callback(self._tool, _MONITORING.events.PY_START, None)
            _MONITORING.free_tool_id(self._tool)
            self._tool = -1
        if self._profiles:
            self._profiles = False
            if sys.getprofile() == self._called:
                sys.setprofile(None)
            if threading.getprofile() == self._called:
                threading.setprofile(None)
        return frozenset(self.codes)

    def _monitor(self) -> bool:
        free = [each for each in _TOOL_IDS if _MONITORING.get_tool(each) is None]
        if not free:
            return False
        self._tool = free[0]
        _MONITORING.use_tool_id(self._tool, NAME)
        _MONITORING.register_callback(self._tool, _MONITORING.events.PY_START, self._started)
        _MONITORING.set_events(self._tool, _MONITORING.events.PY_START)
        return True

    def _started(self, code: CodeType, _: int) -> Any:
        self.codes.add(code)
        return _MONITORING.DISABLE

    def _called(self, frame: FrameType, event: str, _: Any) -> None:
        if event == "call":
            self.codes.add(frame.f_code)
