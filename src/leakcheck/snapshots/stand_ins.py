"""What takes the place of a library's function looks like it, whoever asks."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])


def stands_in_for(original: Callable[..., Any]) -> Callable[[Function], Function]:
    """A decorator as `functools.wraps`, behind which the signature is the original's for those, too, who do not
    look at what is wrapped: `inspect.getfullargspec` does not, by which mocks tell arguments apart (respx)."""

    def dressed(function: Function) -> Function:
        functools.update_wrapper(function, original)
        with suppress(TypeError, ValueError):  # it has none that can be told
            function.__signature__ = inspect.signature(original)  # type: ignore[attr-defined]
        return function

    return dressed
