"""Names of functions, classes and instances, without running the project's code."""

from __future__ import annotations

import types
from typing import Any

FUNCTIONS = (types.FunctionType, types.BuiltinFunctionType, types.MethodDescriptorType, types.WrapperDescriptorType)


def describe(value: object) -> str:
    """What `value` is, in a few words that show nothing of its content."""
    kind = type(value)
    if issubclass(kind, FUNCTIONS):
        return f"function {_callable_name(value)}"
    if issubclass(kind, type):
        return f"class {type_name(value)}"  # type: ignore[arg-type]
    if kind is types.ModuleType:
        return f"module {object.__getattribute__(value, '__dict__').get('__name__', '?')}"
    return f"instance of {type_name(kind)}"


def label(value: object) -> str:
    """The name of a callable or class as `module:qualname`, else its description."""
    kind = type(value)
    if issubclass(kind, types.MethodType):
        return _callable_name(value.__func__)  # type: ignore[attr-defined]
    if issubclass(kind, FUNCTIONS):
        return _callable_name(value)
    return f"{module_of(value)}:{qualname_of(value)}" if issubclass(kind, type) else describe(value)  # type: ignore[arg-type]


def _callable_name(value: Any) -> str:
    module = object.__getattribute__(value, "__module__") if type(value) is types.FunctionType else None
    return f"{module or 'builtins'}:{value.__qualname__}"


def module_of(kind: type[Any]) -> str:
    module = type.__getattribute__(kind, "__module__")
    return module if type(module) is str else "?"


def qualname_of(kind: type[Any]) -> str:
    return str(type.__getattribute__(kind, "__qualname__"))


def type_name(kind: type[Any]) -> str:
    module = module_of(kind)
    return qualname_of(kind) if module == "builtins" else f"{module}.{qualname_of(kind)}"
