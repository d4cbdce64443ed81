// The leak map as numbers: who is in which column, grouped until every column can be read, and where.

const MOST_IN_A_COLUMN = 20;
const NODE_HEIGHT = 40;
const NODE_GAP = 10;
const MAP_TOP = 34;
const MIXED = "tests, fixtures and files";
const RANK = { latent: 0, read: 1, broken: 2 };

// A file and the folders that hold it, the innermost first.
function foldersOf(file) {
  const found = [{ key: file, label: file }];
  for (let end = file.lastIndexOf("/"); end > 0; end = file.lastIndexOf("/", end - 1)) {
    found.push({ key: file.slice(0, end + 1), label: file.slice(0, end + 1) });
  }
  return found;
}

function testItem(number) {
  if (number < 0) {
    const file = nameOf(number);
    return { key: `file ${file}`, label: file, sub: "at import", parents: foldersOf(file).slice(1), noun: "file" };
  }
  const { rest, file, id } = tests[number];
  return { key: `test ${id}`, label: rest || file, sub: file, parents: foldersOf(file), noun: "test" };
}

function fixtureItem({ name, file, line }) {
  return {
    key: `fixture ${name} ${file}:${line}`, label: name, sub: `fixture, ${file}:${line}`, parents: foldersOf(file),
    noun: "fixture",
  };
}

function leakItem(leak) {
  const cut = leak.place.lastIndexOf(" of ");
  const [label, owner] = cut < 0 ? [leak.place, leak.kind] : [leak.place.slice(0, cut), leak.place.slice(cut + 1)];
  return {
    key: `leak ${leak.number}`, label, sub: `${leak.id}, ${leak.impact}${cut < 0 ? "" : ` · ${owner}`}`, noun: "leak",
    impact: leak.impact,
    parents: [
      { key: `${leak.kind} ${leak.owner}`, label: `${leak.kind} of ${leak.owner}` },
      { key: leak.kind, label: leak.kind },
    ],
  };
}

// [item on the left, leak, item on the right, weight, confirmed] of all that is drawn.
function threads(shown) {
  const proofs = new Map();
  for (const tie of ties) {
    if (tie.leak && (tie.effect === "breaks" || tie.effect === "enables") && tie.proof !== "suspected") {
      proofs.set(tie.leak.number, (proofs.get(tie.leak.number) ?? new Set()).add(tie.test));
    }
  }
  return shown.map((leak) => {
    const hurt = leak.impact === "broken" ? leak.victims : leak.impact === "read" ? leak.readers : [];
    const confirmed = proofs.get(leak.number) ?? new Set();
    return {
      leak,
      left: leak.fixtures.length ? leak.fixtures.map(fixtureItem) : leak.polluters.map(testItem),
      right: hurt.map((number) => ({ item: testItem(number), confirmed: confirmed.has(number) })),
      confirmed: confirmed.size > 0,
    };
  });
}

// Items by key, each with the leaks that run through it.
function gathered(pairs) {
  const found = new Map();
  for (const [item, leak] of pairs) {
    const known = found.get(item.key) ?? { ...item, members: [item.key], size: 1, leaks: new Set() };
    found.set(item.key, known);
    known.leaks.add(leak.number);
  }
  return [...found.values()];
}

function merged(nodes, key, label, noun) {
  const size = nodes.reduce((sum, node) => sum + node.size, 0);
  const impacts = nodes.map((node) => node.impact).filter(Boolean).sort((a, b) => RANK[b] - RANK[a]);
  const nouns = new Set(nodes.map((node) => node.noun));
  const what = nouns.size === 1 ? [...nouns][0] : noun;
  return {
    key: `group ${key}`, label, sub: what === MIXED ? plural(size, "place", what) : plural(size, what), noun: what, group: true, size, impact: impacts[0],
    parents: nodes[0].parents, members: nodes.flatMap((node) => node.members),
    leaks: new Set(nodes.flatMap((node) => [...node.leaks])),
  };
}

function groupedAt(nodes, level, limit) {
  const groups = new Map();
  for (const node of nodes) {
    const parent = node.parents[level];
    if (parent) groups.set(parent.key, [...(groups.get(parent.key) ?? []), node]);
  }
  let kept = nodes;
  const biggest = [...groups.entries()].filter(([, each]) => each.length > 1).sort((a, b) => b[1].length - a[1].length);
  for (const [key, each] of biggest) {
    if (kept.length <= limit) break;
    const inside = new Set(each);
    kept = [...kept.filter((node) => !inside.has(node)), merged(each, key, each[0].parents[level].label, MIXED)];
  }
  return kept;
}

// At most `limit` nodes: those of one file (or owner) together, the biggest first; what is still too many is one rest.
function readable(nodes, limit = MOST_IN_A_COLUMN) {
  let kept = nodes;
  for (let level = 0; kept.length > limit && level < 6; level += 1) {
    const next = groupedAt(kept, level, limit);
    if (level > 0 && next.length < limit / 3) break;
    kept = next;
  }
  if (kept.length <= limit) return kept;
  const ranked = [...kept].sort((a, b) => b.leaks.size - a.leaks.size || (a.key < b.key ? -1 : 1));
  const rest = ranked.slice(limit - 1);
  return [...ranked.slice(0, limit - 1), merged(rest, "the rest", plural(rest.length, "more place"), MIXED)];
}

function column(name, items) {
  const nodes = readable(gathered(items)).map((node) => ({ ...node, column: name }));
  const of = new Map(nodes.flatMap((node) => node.members.map((member) => [member, node])));
  return { name, nodes, of: (item) => of.get(item.key) };
}

function linked(found, from, to, leak, confirmed) {
  const key = `${from.key} → ${to.key}`;
  const link = found.get(key) ?? { from, to, leaks: new Set(), confirmed: false, impact: leak.impact };
  found.set(key, link);
  link.leaks.add(leak.number);
  link.confirmed ||= confirmed;
  if (RANK[leak.impact] > RANK[link.impact]) link.impact = leak.impact;
}

// Fewer crossings: each node goes where its neighbours are, a few times to and fro.
function untangled(columns, links) {
  const at = new Map();
  const number = (nodes) => nodes.forEach((node, place) => at.set(node, place / Math.max(1, nodes.length - 1)));
  columns.forEach(({ nodes }) => number(nodes));
  const mean = (node) => {
    const near = links.filter((link) => link.from === node || link.to === node);
    const places = near.map((link) => at.get(link.from === node ? link.to : link.from));
    return places.length ? places.reduce((sum, each) => sum + each, 0) / places.length : at.get(node);
  };
  for (const turn of [0, 2, 1, 0, 2, 1, 0, 2]) {
    const { nodes } = columns[turn];
    const means = new Map(nodes.map((node) => [node, mean(node)]));
    nodes.sort((a, b) => means.get(a) - means.get(b));
    number(nodes);
  }
}

// Where each link meets its nodes: beside each other, in the order of their other ends.
function spread(columns, links) {
  for (const node of columns.flatMap(({ nodes }) => nodes)) {
    for (const [end, other] of [["from", "to"], ["to", "from"]]) {
      const mine = links.filter((link) => link[end] === node).sort((a, b) => a[other].y - b[other].y);
      const room = Math.min(26, mine.length * 5);
      mine.forEach((link, place) => {
        const offset = mine.length === 1 ? 0 : (place / (mine.length - 1) - 0.5) * room;
        link[`${end}Y`] = node.y + NODE_HEIGHT / 2 + offset;
      });
    }
  }
}

function mapLayout(shown, width) {
  const all = threads(shown);
  const columns = [
    column("left", all.flatMap(({ leak, left }) => left.map((item) => [item, leak]))),
    column("middle", all.map(({ leak }) => [leakItem(leak), leak])),
    column("right", all.flatMap(({ leak, right }) => right.map(({ item }) => [item, leak]))),
  ];
  const [left, middle, right] = columns;
  const found = new Map();
  for (const { leak, left: from, right: to, confirmed } of all) {
    const place = middle.of(leakItem(leak));
    for (const item of from) linked(found, left.of(item), place, leak, confirmed);
    for (const each of to) linked(found, place, right.of(each.item), leak, each.confirmed);
  }
  const links = [...found.values()];
  middle.nodes.sort((a, b) => RANK[b.impact] - RANK[a.impact] || Math.min(...a.leaks) - Math.min(...b.leaks));
  untangled(columns, links);
  const most = Math.max(1, ...columns.map(({ nodes }) => nodes.length));
  const height = MAP_TOP + most * (NODE_HEIGHT + NODE_GAP);
  const widths = [0.27, 0.34, 0.27].map((share) => Math.round(share * (width - 6)));
  const lefts = [0, Math.round(0.33 * width), width - 6 - widths[2]];
  columns.forEach(({ nodes }, number) => {
    const step = Math.min((height - MAP_TOP) / Math.max(1, nodes.length), 2.2 * NODE_HEIGHT);
    const top = MAP_TOP + (height - MAP_TOP - step * nodes.length) / 2;
    nodes.forEach((node, place) => {
      Object.assign(node, { x: lefts[number], width: widths[number], y: top + place * step + (step - NODE_HEIGHT) / 2 });
    });
  });
  spread(columns, links);
  return { columns, links, width, height, grouped: columns.some(({ nodes }) => nodes.some((node) => node.group)) };
}
