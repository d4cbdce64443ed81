"""The leak graph: what it holds, and every format read back by a reader that is not ours."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import networkx
import pytest

from leakcheck.records import Location, Result
from leakcheck.reports.graphs import Graph, graph_formats
from leakcheck.reports.graphs.drawn import edge_label, node_label
from leakcheck.reports.graphs.leak_graph import leak_graph
from programs import missing, needed
from reports import samples
from reports.samples import APP, edge, leak, result, verdict

if TYPE_CHECKING:
    from leakcheck.reports.graphs.leak_graph import LeakGraph

A, B, V, W = (f"tests/test_a.py::test_{name}" for name in "abvw")
PLACE = Location("app_state", APP, "x")
NASTY = (
    'tests/test_a.py::test_x["]; } <b>&lt;&amp;</b> \\N \\ #35; `x` %% -->|y| end ﬂ°°60¶ß | ]]> <!-- {{ \ufffe ü]'
)
FORMATS = graph_formats()


def nasty() -> Result:
    """Names that mean something to one of the formats."""
    location = Location("app_state", APP, 'k"]\\')
    found = replace(leak(1, location, "broken", NASTY), victims=(V,), before="<a>\\", after='"')
    tests = (verdict(NASTY), verdict(V, "victim"))
    return result(tests, leaks=(found,), edges=(edge((NASTY,), V, "L1"), edge((NASTY,), V, None, "enables")))


RESULTS = {
    "shop": samples.shop(),
    "nasty": nasty(),
    "hostile": samples.hostile(),
    "empty": result(),
    "clean": result((verdict(A),)),
}
GRAPHS = {name: leak_graph(each) for name, each in RESULTS.items()}


def nodes(graph: LeakGraph, kind: str) -> dict[str, dict[str, Any]]:
    """title -> attributes of all nodes of this kind."""
    return {each["title"]: each for _, each in graph.nodes(data=True) if each["kind"] == kind}


def edges(graph: LeakGraph, relation: str) -> dict[tuple[str, str], dict[str, Any]]:
    """(title of the source, title of the target) -> attributes of all edges of this relation."""
    names = networkx.get_node_attributes(graph, "title")
    found = [(names[a], names[b], each) for a, b, each in graph.edges(data=True) if each["relation"] == relation]
    assert len({each[:2] for each in found}) == len(found)
    return {(a, b): each for a, b, each in found}


# What it holds --------------------------------------------------------------------------------------------------


def test_a_leak_through_a_fixture() -> None:
    graph = GRAPHS["shop"]
    place, fixture = f"dependency_overrides {APP} shop.auth:current_user", "as_alice function tests/conftest.py"
    assert nodes(graph, "fixture")[fixture]["line"] == 41
    assert nodes(graph, "location")[place]["label"] == f"dependency_overrides[shop.auth:current_user] of {APP}"
    assert {(test, fixture) for test in samples.ALICE} <= set(edges(graph, "uses"))
    leaks = edges(graph, "leaks")[fixture, place]
    assert (leaks["leak"], leaks["impact"], leaks["file"], leaks["line"]) == (
        "L1",
        "broken",
        "tests/conftest.py",
        41,
    )
    hurts = edges(graph, "hurts")[place, samples.NEED_LOGIN[0]]
    assert (hurts["confirmed"], hurts["counterfactual"], hurts["leak"]) == (True, True, "L1")
    assert hurts["polluters"] == [[test] for test in samples.ALICE]
    assert hurts["witness"] == [samples.ALICE[0], samples.NEED_LOGIN[0]]
    assert edges(graph, "cleans")[samples.DECLINED, place]["tests"] == [samples.NEED_LOGIN[0]]


def test_the_other_relations() -> None:
    graph = GRAPHS["shop"]
    assert set(edges(graph, "reads")) == {
        ("app_state shop.admin:app page_size", test) for test in (*samples.STAFF, samples.STABLE[0])
    }
    assert f"app_state {APP} featured" in {place for place, _ in edges(graph, "enables")}
    assert nodes(graph, "test")[samples.GREETED]["verdict"] == "brittle"


def test_what_was_not_tried_is_not_there() -> None:
    graph = leak_graph(result((verdict(V, "victim"),), edges=(replace(edge((A,), V, None), counterfactual=None),)))
    assert "counterfactual" not in edges(graph, "hurts")[A, V]


def test_without_a_known_leak_tests_hurt_tests() -> None:
    graph = leak_graph(result((verdict(V, "victim"),), edges=(edge((A, B), V, None),)))
    assert {pair: each["polluters"] for pair, each in edges(graph, "hurts").items()} == {
        (A, V): [[A, B]],
        (B, V): [[A, B]],
    }


def test_of_two_together_each_hurts_by_what_it_leaks() -> None:
    other = Location("app_state", APP, "y")
    leaks = (
        replace(leak(1, PLACE, "broken", A), victims=(V,)),
        replace(leak(2, other, "broken", B), victims=(V,)),
        replace(leak(3, replace(other, key="z"), "broken", B), victims=(W,)),
    )
    graph = leak_graph(result((verdict(V, "victim"),), leaks=leaks, edges=(edge((A, B), V, "L1"),)))
    assert set(edges(graph, "hurts")) == {(f"app_state {APP} x", V), (f"app_state {APP} y", V)}


def test_a_file_that_leaks_at_import_is_a_node_of_its_own() -> None:
    found = replace(leak(1, PLACE, "broken", "tests/test_b.py"), victims=(V,))
    graph = leak_graph(
        result((verdict(V, "victim"),), leaks=(found,), edges=(edge(("tests/test_b.py",), V, "L1"),))
    )
    assert ("tests/test_b.py", f"app_state {APP} x") in edges(graph, "leaks")
    assert set(nodes(graph, "file")) == {"tests/test_b.py"}


def test_the_strongest_evidence_is_told() -> None:
    weak = replace(edge((A,), V, "L1"), confirmed=False)
    strong = replace(edge((B,), V, "L1"), counterfactual=True)
    found = replace(leak(1, PLACE, "broken", A, B), victims=(V,))
    hurts = edges(leak_graph(result((), leaks=(found,), edges=(weak, strong))), "hurts")[f"app_state {APP} x", V]
    assert (hurts["confirmed"], hurts["witness"], hurts["polluters"]) == (True, [B, V], [[B], [A]])


def test_no_path_of_the_machine_and_nothing_hidden() -> None:
    text = FORMATS["json"].render(GRAPHS["hostile"])
    assert not [each for each in text if each != "\n" and (ord(each) < 32 or 127 <= ord(each) < 160)]
    found = replace(leak(1, PLACE, "latent", A), after="'/project/data'")
    assert "/project" not in FORMATS["json"].render(leak_graph(result((verdict(A),), leaks=(found,))))


# Formats --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMATS.values(), ids=list(FORMATS))
@pytest.mark.parametrize("name", RESULTS)
def test_equal_results_give_equal_text_that_can_be_written(form: Graph, name: str) -> None:
    text = form.render(GRAPHS[name])
    assert text == form.render(leak_graph(RESULTS[name]))
    assert text.endswith("\n")
    assert text.encode("utf-8")


@pytest.mark.parametrize("name", RESULTS)
def test_networkx_reads_the_json(name: str) -> None:
    found = networkx.node_link_graph(json.loads(FORMATS["json"].render(GRAPHS[name])), edges="edges")
    assert found.is_multigraph()
    assert networkx.utils.graphs_equal(found, GRAPHS[name])


@pytest.mark.parametrize("name", RESULTS)
def test_networkx_reads_the_graphml(name: str) -> None:
    found = networkx.read_graphml(BytesIO(FORMATS["graphml"].render(GRAPHS[name]).encode()), force_multigraph=True)
    lists = ("roles", "polluters", "witness", "tests")
    for _, attributes in found.nodes(data=True):
        attributes.update({each: json.loads(attributes[each]) for each in lists if each in attributes})
    for _, _, attributes in found.edges(data=True):
        attributes.update({each: json.loads(attributes[each]) for each in lists if each in attributes})
        assert attributes.pop("id", "e0").startswith("e")
    assert isinstance(found, networkx.MultiDiGraph)
    assert dict(found.nodes) == dict(GRAPHS[name].nodes)
    assert list(found.edges(keys=True, data=True)) == list(GRAPHS[name].edges(keys=True, data=True))


def dot(text: str, form: str) -> str:
    """What Graphviz makes of `text`."""
    program = needed("dot", "install Graphviz")
    done = subprocess.run([program, f"-T{form}"], input=text.encode(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not [line for line in done.stderr.splitlines() if line.startswith((b"Error", b"Warning"))]
    return done.stdout.decode("utf-8")


@pytest.mark.processes
@pytest.mark.parametrize("name", RESULTS)
def test_graphviz_reads_every_attribute(name: str) -> None:
    """As in all of DOT, a backslash is written twice; lists and numbers are JSON."""
    graph = GRAPHS[name]
    found = json.loads(dot(FORMATS["dot"].render(graph), "dot_json"))
    drawn = {each["name"]: each for each in found.get("objects", [])}
    lines = {each["id"]: each for each in found.get("edges", [])}
    assert len(drawn) == graph.number_of_nodes()
    for node, attributes in graph.nodes(data=True):
        assert written(attributes).items() <= drawn[node].items()
    for _, _, key, attributes in graph.edges(keys=True, data=True):
        assert written(attributes).items() <= lines[key].items()


def written(attributes: dict[str, Any]) -> dict[str, str]:
    texts = {name: each if isinstance(each, str) else json.dumps(each) for name, each in attributes.items()}
    return {name: text.replace("\\", "\\\\") for name, text in texts.items() if name != "label"}


@pytest.mark.processes
@pytest.mark.parametrize("name", RESULTS)
def test_graphviz_draws_every_label_as_it_is(name: str) -> None:
    graph = GRAPHS[name]
    root = ElementTree.fromstring(dot(FORMATS["dot"].render(graph), "svg"))
    space = "{http://www.w3.org/2000/svg}"
    shown: dict[str, tuple[str, ...]] = {}
    for group in root.iter(f"{space}g"):
        (title, *_) = [each.text or "" for each in group.iter(f"{space}title")]
        key = title if group.get("class") == "node" else group.get("id", "")
        shown[key] = tuple((each.text or "").replace("\xa0", " ") for each in group.iter(f"{space}text"))
    for node, attributes in graph.nodes(data=True):
        assert shown[node] == node_label(attributes)
    for _, _, key, attributes in graph.edges(keys=True, data=True):
        assert shown[key] == edge_label(attributes)


@pytest.fixture(scope="module")
def parsed() -> dict[str, dict[str, Any]]:
    """What Mermaid's own parser reads in each graph, and in one that is broken."""
    program = needed("node", "install Node.js")
    folder = Path(__file__).parent / "mermaid"
    if not (folder / "node_modules" / "mermaid").is_dir():
        missing(f"Mermaid's parser is missing: run `npm install --no-package-lock` in {folder}")
    texts = {name: FORMATS["mermaid"].render(graph) for name, graph in GRAPHS.items()}
    texts["broken"] = texts["nasty"].replace("#34;", '"')
    command, given = [program, str(folder / "parse.js")], json.dumps(list(texts.values())).encode()
    done = subprocess.run(command, input=given, capture_output=True, check=True)
    return dict(zip(texts, json.loads(done.stdout), strict=True))


@pytest.mark.processes
@pytest.mark.parametrize("name", RESULTS)
def test_mermaid_reads_the_flowchart(parsed: dict[str, dict[str, Any]], name: str) -> None:
    graph, found = GRAPHS[name], parsed[name]
    assert found.get("error") is None
    assert found["type"].startswith("flowchart")
    assert {each["id"]: tuple(each["text"].split("\n")) for each in found["nodes"]} == {
        node: node_label(attributes) for node, attributes in graph.nodes(data=True)
    }
    assert [(each["start"], each["end"], tuple(each["text"].split("\n"))) for each in found["edges"]] == [
        (source, target, edge_label(attributes)) for source, target, attributes in graph.edges(data=True)
    ]
    assert {element for each in (*found["nodes"], *found["edges"]) for element in each["elements"]} <= {"br"}


@pytest.mark.processes
def test_mermaid_refuses_what_is_not_escaped(parsed: dict[str, dict[str, Any]]) -> None:
    assert "Parse error" in parsed["broken"]["error"]
