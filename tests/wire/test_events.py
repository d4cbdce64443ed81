"""Events survive the way to disk and back; nothing else is taken for one."""

from __future__ import annotations

import itertools
import json
import typing
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leakcheck.errors import Unreadable
from leakcheck.records import Change, Execution, Location, Note, Order, PathChange, Source, TestRun, Whole
from leakcheck.store import fold_execution
from leakcheck.wire import codec, events, segments

KINDS = typing.get_args(events.Event)
texts = st.text(max_size=20)
seconds = st.floats(allow_nan=False, allow_infinity=False)
st.register_type_strategy(float, seconds)
st.register_type_strategy(int, st.integers(-(2**53), 2**53))
st.register_type_strategy(str, texts)


def some(kind: type[Any]) -> st.SearchStrategy[Any]:
    return st.from_type(kind)


CALM = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_round_trip(kind: type[Any]) -> None:
    @CALM
    @given(some(kind))
    def check(event: Any) -> None:
        line = codec.encode(event)
        assert line.endswith(b"\n")
        assert line.count(b"\n") == 1
        assert line.isascii()
        assert codec.decode(line[:-1]) == event

    check()


def test_every_record_of_a_run_survives() -> None:
    location = Location("app_state", "shop:app", "\ud800 \n \x00")
    change = Change(
        location, "a", "b", "d", "e", (PathChange("[0]", "1", "2"),), (Source("f", 1, "g", "call"),), "fixture"
    )
    run = TestRun("t", "failed", {"call": "failed"}, 1.5, "E at f:1", (location,), (change,), (change,), "passed")
    assert codec.decode(codec.encode(events.Finished(run))) == events.Finished(run)


HEADER = events.Header(events.FORMAT, "e1", Order(Whole(), ("a", "b")))


def segment(*items: events.Event) -> bytes:
    data = b""
    for item in items:
        data += segments.sealed(item, segments.last_seal(data))
    return data


def test_a_segment() -> None:
    items = (HEADER, events.Started("a"), events.Completed(1.0))
    data = segment(*items)
    assert segments.read_segment(data) == segments.Content(items, "", data[-9:-1].decode())


def test_a_segment_without_seals_is_read() -> None:
    """Format 1, in which a line torn by a kill was passed over."""
    items: tuple[events.Event, ...] = (
        events.Header(events.UNSEALED, "e1", HEADER.order),
        events.Started("a"),
        events.Completed(1.0),
    )
    first, second, third = map(codec.encode, items)
    assert segments.read_segment(first + second + third).events == items
    assert segments.read_segment(first + second[:-5] + b"\n" + third).events == (items[0], items[2])
    assert segments.read_segment(first + second).format == events.UNSEALED


@pytest.mark.parametrize("cut", range(1, len(segments.sealed(events.Started("a")))))
def test_a_torn_last_line_is_no_event(cut: int) -> None:
    data = segment(HEADER, events.Started("a"))
    content = segments.read_segment(data[:-cut])
    assert (content.events, content.damage) == ((HEADER,), "")


def test_a_test_that_never_finished_took_its_process_with_it() -> None:
    run = TestRun("a", "passed")
    items: list[events.Event] = [
        HEADER,
        events.Started("a"),
        events.Finished(run),
        events.Started("b"),
        events.Exit("crashed", -11, 1.0),
    ]
    expected = Execution("e1", HEADER.order or Order(Whole(), ()), "crashed", (run, TestRun("b", "crashed")), 1.0)
    assert fold_execution("e1", items) == expected
    late: list[events.Event] = [*items[:-1], events.Exit("timeout", -9, 1.0)]
    assert fold_execution("e1", late).runs[-1].outcome == "timeout"


@pytest.mark.parametrize("ending", [[], [events.Exit("lost", None, 1.0)]], ids=["nobody", "leakcheck"])
def test_a_test_that_ran_when_its_process_was_ended_from_outside_did_not_crash(ending: list[events.Event]) -> None:
    run = TestRun("a", "passed")
    items: list[events.Event] = [HEADER, events.Started("a"), events.Finished(run), events.Started("b"), *ending]
    assert fold_execution("e1", items).runs == (run,)


@pytest.mark.parametrize("number", [0, 4, 99, -1])
def test_an_unknown_format_is_a_clear_error(number: int) -> None:
    data = segment(events.Header(number, "e1"), events.Started("a"))
    with pytest.raises(Unreadable, match=f"format {number}; this leakcheck reads formats 1 to 3"):
        segments.read_segment(data)


def test_a_segment_begins_with_its_header() -> None:
    with pytest.raises(Unreadable, match="no header"):
        segments.read_segment(segment(events.Started("a"), HEADER))


def readable_or_told(data: bytes) -> None:
    try:
        segments.read_segment(data)
    except Unreadable:
        return


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    readable_or_told(data)
    readable_or_told(segment(HEADER) + data + b"\n")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
PLACES = (codec.encode(HEADER), codec.encode(events.Finished(TestRun("a", "passed", changes=(
    Change(Location("k", "o", "x"), "1", "2", "d"),)))))  # fmt: skip
WHOLE = segment(
    HEADER, events.Finished(TestRun("a", "passed", changes=(Change(Location("k", "o", "x"), "1", "2", "d"),)))
)


@settings(max_examples=300, deadline=None)
@given(st.data(), VALUES)
def test_any_value_in_any_place(data: st.DataObject, value: Any) -> None:
    """A field of an event replaced by something else is refused or read as what it is."""
    line = data.draw(st.sampled_from(PLACES))
    body = json.loads(line)
    place: Any = body
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not keys:
            break
        key = data.draw(st.sampled_from(keys))
        if not isinstance(place[key], dict | list) or data.draw(st.booleans()):
            place[key] = value
            break
        place = place[key]
    changed = json.dumps(body).encode()
    try:
        event = codec.decode(changed)
    except Unreadable:
        return
    assert codec.decode(codec.encode(event)[:-1]) == event


def damaged_or_what_was_written(data: bytes) -> None:
    """What is read is what was written, up to some line."""
    try:
        content = segments.read_segment(data)
    except Unreadable:
        return
    assert content.events == EVENTS[: len(content.events)]
    assert (
        content.damage or len(content.events) == len(EVENTS) or not data.endswith(b"\n") or WHOLE.startswith(data)
    )


EVENTS = segments.read_segment(WHOLE).events


@settings(max_examples=500, deadline=None)
@given(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=3))
def test_any_damage(position: int, noise: bytes) -> None:
    damaged_or_what_was_written(WHOLE[:position] + noise + WHOLE[position + 1 :])


def test_any_flipped_bit() -> None:
    for position, bit in itertools.product(range(len(WHOLE)), range(8)):
        damaged_or_what_was_written(WHOLE[:position] + bytes([WHOLE[position] ^ 1 << bit]) + WHOLE[position + 1 :])


@pytest.mark.parametrize("lines", [(0, 2), (0, 1, 1, 2), (0, 2, 1), (1, 0, 2), (0, 0, 1, 2), (0, 1, 2, 2)], ids=str)
def test_lines_left_out_doubled_or_moved_are_damage(lines: tuple[int, ...]) -> None:
    items = (HEADER, events.Started("a"), events.Started("b"))
    whole = segment(*items).splitlines(keepends=True)
    data = b"".join(whole[number] for number in lines)
    if lines[0] != 0:
        with pytest.raises(Unreadable, match="no header"):
            segments.read_segment(data)
        return
    content = segments.read_segment(data)
    assert content.damage
    assert content.events == items[: len(content.events)]


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(Unreadable):
        codec.decode(b'{"event":' + b"[" * 100_000)


def test_unknown_fields_and_events_are_refused() -> None:
    for line in (
        b'{"event":"nothing"}',
        b'{"event":"started"}',
        b'{"event":"started","test":"a","more":1}',
        b"{}",
        b"[]",
    ):
        with pytest.raises(Unreadable):
            codec.decode(line)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_the_name_of_an_event_is_read_without_the_rest(kind: type[Any]) -> None:
    @CALM
    @given(some(kind))
    def check(event: Any) -> None:
        assert events.name_of(segments.sealed(event)) == kind.__name__.lower()

    check()


@pytest.mark.parametrize("line", [b"", b"{", b"not an event", b'{"test":"x","event":"started"}'])
def test_what_is_no_event_has_no_name(line: bytes) -> None:
    assert events.name_of(line) == ""


def test_a_test_that_is_called_like_an_event_is_none() -> None:
    assert events.name_of(codec.encode(Note("topic", '"event":"started"'))) == "note"
