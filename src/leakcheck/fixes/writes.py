"""What a statement writes, by its shape: `X[K] = V`, `X.name = V`, and the calls that come to the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import libcst as cst

from leakcheck.fixes.source import code
from leakcheck.records import NO_VALUE, Leak


@dataclass(frozen=True, slots=True)
class Put:
    """`holder[key] = value`."""

    holder: str
    key: str
    value: str

    @property
    def is_environment(self) -> bool:
        return self.holder in ("os.environ", "environ")


@dataclass(frozen=True, slots=True)
class Set:
    """`holder.name = value`."""

    holder: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Took:
    """`del holder[key]`, or `holder.pop(key, None)`."""

    holder: str
    key: str
    is_environment: bool = False


@dataclass(frozen=True, slots=True)
class Cut:
    """`del holder.name`."""

    holder: str
    name: str


@dataclass(frozen=True, slots=True)
class Started:
    """`patcher.start()`, whose result may have a name."""

    patcher: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Called:
    """`holder.method(arguments)`, one of those that are known to have an opposite."""

    holder: str
    method: str
    arguments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """`variable.set(value)` of a context variable, whose result may have a name."""

    variable: str
    value: str
    name: str = ""


Write = Put | Set | Took | Cut | Started | Called | Given
_OPPOSITES = frozenset({"chdir", "setLevel", "addHandler", "addFilter", "append", "insert", "add"})


def writes_of(small: cst.BaseSmallStatement | None, leaks: Sequence[Leak]) -> tuple[Write, ...]:
    """What the statement writes, which leaves these; none if its shape does not tell."""
    if leaks and all(leak.location.kind == "context_vars" for leak in leaks):
        return _given(small)
    match small:
        case cst.Assign(targets=[cst.AssignTarget(target=target)], value=value):
            return _assigned(target, value)
        case cst.AugAssign(target=target, operator=operator, value=value):
            sign = code(operator).strip().removesuffix("=")
            return _to(target, f"{code(target)} {sign} {code(value)}")
        case cst.Del(target=cst.Subscript() | cst.Attribute() as target):
            return _deleted(target)
        case cst.Expr(value=cst.Call() as call):
            return _called(call)
    return ()


def sets_anew(write: Write, leaks: Sequence[Leak]) -> bool:
    """Whether nothing stood where it writes, by what these leaks tell: whoever replaces a dictionary in which an
    entry was missing replaces something."""
    if isinstance(write, Set) and not all(_ends_with(leak, write.name) for leak in leaks):
        return False
    return all(map(was_absent, leaks))


def _ends_with(leak: Leak, name: str) -> bool:
    return f"{leak.location.key}{leak.path or ''}".rpartition(".")[2] == name


def was_absent(leak: Leak) -> bool:
    """Whether nothing stood there before."""
    return all(each.before == NO_VALUE for each in leak.paths) if leak.paths else leak.before == NO_VALUE


def _assigned(target: cst.BaseExpression, value: cst.BaseExpression) -> tuple[Write, ...]:
    if isinstance(target, cst.Name):
        return (Started(patcher, target.value),) if (patcher := _started(value)) else ()
    return _to(target, code(value))


def _to(target: cst.BaseExpression, value: str) -> tuple[Write, ...]:
    if isinstance(target, cst.Attribute):
        return (Set(code(target.value), target.attr.value, value),)
    key = _key(target)
    return (Put(code(target.value), key, value),) if isinstance(target, cst.Subscript) and key else ()


def _deleted(target: cst.Subscript | cst.Attribute) -> tuple[Write, ...]:
    if isinstance(target, cst.Attribute):
        return (Cut(code(target.value), target.attr.value),)
    key = _key(target)
    return (_took(code(target.value), key),) if key else ()


def _took(holder: str, key: str) -> Took:
    return Took(holder, key, Put(holder, key, "").is_environment)


def _key(target: cst.BaseExpression) -> str:
    """What stands in the brackets, if it is one thing; "" else."""
    match target:
        case cst.Subscript(slice=[cst.SubscriptElement(slice=cst.Index(value=value, star=None))]):
            return code(value)
    return ""


def _started(value: cst.BaseExpression) -> str:
    """The patcher of `patcher.start()`; "" if it is no such call."""
    match value:
        case cst.Call(func=cst.Attribute(value=patcher, attr=cst.Name("start")), args=[]):
            return code(patcher)
    return ""


def _called(call: cst.Call) -> tuple[Write, ...]:
    if patcher := _started(call):
        return (Started(patcher),)
    if not isinstance(call.func, cst.Attribute):
        return ()
    holder, method = code(call.func.value), call.func.attr.value
    if method == "update":
        return _updated(holder, call.args)
    plain = tuple(code(each.value) for each in call.args if each.keyword is None and not each.star)
    return _by_method(holder, method, plain) if len(plain) == len(call.args) else ()


def _by_method(holder: str, method: str, given: tuple[str, ...]) -> tuple[Write, ...]:
    if method == "set" and len(given) == 2 and holder.endswith("cookies"):
        return (Put(holder, *given),)
    if method == "pop" and len(given) == 2:
        return (_took(holder, given[0]),)
    return (Called(holder, method, given),) if method in _OPPOSITES else ()


def _given(small: cst.BaseSmallStatement | None) -> tuple[Write, ...]:
    """`variable.set(value)`, and nothing else: any other object may have a method of that name."""
    match small:
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(name))], value=cst.Call() as call):
            return _set(call, name)
        case cst.Expr(value=cst.Call() as call):
            return _set(call)
    return ()


def _set(call: cst.Call, name: str = "") -> tuple[Write, ...]:
    match call:
        case cst.Call(func=cst.Attribute(value=variable, attr=cst.Name("set")), args=[cst.Arg(value=value)]):
            return (Given(code(variable), code(value), name),)
    return ()


def _updated(holder: str, args: Sequence[cst.Arg]) -> tuple[Write, ...]:
    """`holder.update(...)`, where it is written which keys it sets."""
    found: list[Write] = []
    for each in args:
        if each.keyword is not None:
            found.append(Put(holder, f'"{each.keyword.value}"', code(each.value)))
        elif isinstance(each.value, cst.Dict) and not each.star:
            pairs = [pair for pair in each.value.elements if isinstance(pair, cst.DictElement)]
            if len(pairs) != len(each.value.elements):
                return ()
            found += [Put(holder, code(pair.key), code(pair.value)) for pair in pairs]
        else:
            return ()
    return tuple(found)
