// The leak map as numbers: who is in which column, the worst first and the rest folded, and where.

const MOST_IN_A_COLUMN = 20;
const NODE_HEIGHT = 40;
const NODE_GAP = 10;
const MAP_TOP = 34;
const WIDEST_PER_TEST = 5;
const WIDEST = 26;
const FOLD_HEIGHT = 130;
const LEAST = { broken: 2.5, read: 2, latent: 1.25 };
const DENSE = 60;

const counted = (nodes, noun) => nodes.filter((node) => node.noun === noun).length;
const nounsIn = (nodes) => ["test", "fixture", "file"].map((noun) => [counted(nodes, noun), noun])
  .filter(([number]) => number > 0).map(([number, noun]) => plural(number, noun)).join(", ");
const impactsIn = (nodes) => ["read", "latent"].map((impact) => [nodes.filter((node) => node.impact === impact).length, impact])
  .filter(([number]) => number > 0).map(([number, impact]) => `${number} ${impact}`).join(", ");

// What is said of folded nodes that hurt somebody, and of those that do not: what they do, and what they are.
const FOLDS = {
  left: { hurt: ["that hurt tests", nounsIn], none: ["that hurt nobody", nounsIn] },
  middle: {
    hurt: ["that hurt tests", (nodes) => `${plural(nodes.length, "leak")}, broken`],
    none: ["that hurt nobody", impactsIn],
  },
  right: {
    hurt: ["that are hurt", (nodes) => plural(nodes.length, "test")],
    none: ["that read without harm", (nodes) => plural(nodes.length, "test")],
  },
};

// The first of each list, then the second of each, and so on: no leak takes all the room of a column.
function inTurns(lists) {
  const longest = Math.max(0, ...lists.map((list) => list.length));
  return Array.from({ length: longest }, (_, turn) => lists.flatMap((list) => list.slice(turn, turn + 1))).flat();
}

// The nodes of one column, each with the leaks that run through it, ranked by the harm that does. `beside` are the leaks
// that have a node of their own: of the tests that are hurt, those come first that these hurt.
function ranked(all, column, beside) {
  const found = new Map();
  for (const [{ item, weight }, leak] of inTurns(all.map((thread) => thread[column].map((each) => [each, thread.leak])))) {
    const node = found.get(item.key) ?? { ...item, column, members: [item.key], leaks: new Set(), harm: 0, near: 0 };
    found.set(item.key, node);
    node.leaks.add(leak.number);
    node.harm += weight;
    if (beside.has(leak.number)) node.near += weight;
  }
  const nodes = [...found.values()];
  const by = { left: ["harm", "near"], middle: [], right: ["near", "harm"] }[column];
  return nodes.sort((a, b) => by.map((each) => b[each] - a[each]).find((each) => each !== 0) ?? 0);
}

function fold(column, kind, nodes) {
  if (nodes.length < 2) return nodes;
  const [deed, told] = FOLDS[column][kind];
  const number = nodes.length.toLocaleString("en");
  return [{
    key: `fold ${column} ${kind} ${nodes.length}`, column, group: true, noun: "fold", sub: told(nodes),
    label: `and ${number} more ${deed}`, named: `the other ${number} ${deed}`,
    impact: nodes.map((node) => node.impact).filter(Boolean).sort((a, b) => RANK[b] - RANK[a])[0],
    members: nodes.flatMap((node) => node.members), leaks: new Set(nodes.flatMap((node) => [...node.leaks])),
    harm: nodes.reduce((sum, node) => sum + node.harm, 0),
  }];
}

// At most `limit` nodes: the worst, and the rest folded into those that hurt somebody and those that do not.
function readable(column, nodes, limit = MOST_IN_A_COLUMN) {
  if (nodes.length <= limit) return nodes;
  const kinds = new Set(nodes.slice(limit - 1).map((node) => node.harm > 0));
  const rest = nodes.slice(limit - kinds.size);
  return [
    ...nodes.slice(0, limit - kinds.size),
    ...fold(column, "hurt", rest.filter((node) => node.harm > 0)),
    ...fold(column, "none", rest.filter((node) => node.harm === 0)),
  ];
}

function columnOf(all, name, beside) {
  const nodes = readable(name, ranked(all, name, beside));
  const of = new Map(nodes.flatMap((node) => node.members.map((member) => [member, node])));
  return { name, nodes, of: (item) => of.get(item.key) };
}

function linksOf(all, [left, middle, right]) {
  const found = new Map();
  const linked = (from, to, leak, { weight, confirmed }) => {
    const key = `${from.key} → ${to.key}`;
    const link = found.get(key) ?? { from, to, leaks: new Set(), confirmed: false, impact: leak.impact, weight: 0 };
    found.set(key, link);
    link.leaks.add(leak.number);
    link.confirmed ||= confirmed;
    link.weight += weight;
    if (RANK[leak.impact] > RANK[link.impact]) link.impact = leak.impact;
  };
  for (const thread of all) {
    const place = middle.of(thread.middle[0].item);
    for (const each of thread.left) linked(left.of(each.item), place, thread.leak, each);
    for (const each of thread.right) linked(place, right.of(each.item), thread.leak, each);
  }
  return [...found.values()];
}

const ends = [["from", "to"], ["to", "from"]];
const folded = ({ from, to }) => Boolean(from.group || to.group);
const gapOf = (link) => Math.min(3, link.width);
const thickness = (links) => links.reduce((sum, link) => sum + link.width + gapOf(link), 0);

// As wide as the harm that a link carries. What is folded carries most, has a measure of its own, and is drawn faintly:
// it must not make the rest look like nothing.
function weighed(columns, links) {
  const single = links.filter((link) => !folded(link));
  const unit = Math.min(WIDEST_PER_TEST, WIDEST / Math.max(1, ...single.map((link) => link.weight)));
  const widen = (link, factor) => {
    const least = LEAST[link.impact] * (links.length > DENSE ? 0.6 : 1);
    link.width = Math.max(least, Math.min(WIDEST, link.weight * factor));
  };
  for (const link of links) widen(link, unit);
  const folds = columns.flatMap(({ nodes }) => nodes).filter((node) => node.group);
  const tallest = Math.max(0, ...folds.flatMap((node) => ends.map(([end]) => thickness(links.filter((link) => link[end] === node)))));
  if (tallest > FOLD_HEIGHT) for (const link of links.filter(folded)) widen(link, (unit * FOLD_HEIGHT) / tallest);
}

// Fewer crossings: beside those in the middle that a node belongs to; what is folded stays last.
function untangled({ nodes }, links, middle) {
  const at = new Map(middle.nodes.map((node, place) => [node, place]));
  const mean = (node) => {
    const all = links.filter((link) => link.from === node || link.to === node);
    const single = all.filter((link) => !folded(link));
    const near = single.length ? single : all;
    const heavy = near.reduce((sum, link) => sum + link.width, 0);
    return near.reduce((sum, link) => sum + link.width * at.get(link.from === node ? link.to : link.from), 0) / (heavy || 1);
  };
  const means = new Map(nodes.map((node) => [node, mean(node)]));
  nodes.sort((a, b) => Number(a.group ?? false) - Number(b.group ?? false) || (a.group ? 0 : means.get(a) - means.get(b)));
}

function sized(columns, links) {
  for (const node of columns.flatMap(({ nodes }) => nodes)) {
    const sides = ends.map(([end]) => thickness(links.filter((link) => link[end] === node)));
    node.height = Math.max(NODE_HEIGHT, Math.round(Math.max(...sides) + 8));
  }
}

function placed(columns, width) {
  const tall = columns.map(({ nodes }) => nodes.reduce((sum, node) => sum + node.height, 0));
  const height = Math.max(...columns.map(({ nodes }, number) => tall[number] + nodes.length * NODE_GAP));
  const widths = [0.27, 0.34, 0.27].map((share) => Math.round(share * (width - 6)));
  const lefts = [0, Math.round(0.33 * width), width - 6 - widths[2]];
  columns.forEach(({ nodes }, number) => {
    const gap = Math.min((height - tall[number]) / Math.max(1, nodes.length), 1.2 * NODE_HEIGHT);
    let y = MAP_TOP + (height - tall[number] - gap * nodes.length) / 2 + gap / 2;
    for (const node of nodes) {
      Object.assign(node, { x: lefts[number], width: widths[number], y });
      y += node.height + gap;
    }
  });
  return MAP_TOP + height;
}

// Where each link meets its nodes: beside each other, in the order of their other ends.
function spread(columns, links) {
  for (const node of columns.flatMap(({ nodes }) => nodes)) {
    for (const [end, other] of ends) {
      const mine = links.filter((link) => link[end] === node).sort((a, b) => a[other].y - b[other].y);
      let y = node.y + (node.height - thickness(mine)) / 2;
      for (const link of mine) {
        link[`${end}Y`] = y + (link.width + gapOf(link)) / 2;
        y += link.width + gapOf(link);
      }
    }
  }
}

// `only` is a column and the items of it to which the map is narrowed: those of a fold that was opened.
function mapLayout(shown, width, only = null) {
  const all = threads(shown, only);
  const middle = columnOf(all, "middle", new Set());
  const beside = new Set(middle.nodes.filter((node) => !node.group).flatMap((node) => [...node.leaks]));
  const columns = [columnOf(all, "left", beside), middle, columnOf(all, "right", beside)];
  const links = linksOf(all, columns);
  weighed(columns, links);
  untangled(columns[0], links, columns[1]);
  untangled(columns[2], links, columns[1]);
  sized(columns, links);
  const height = placed(columns, width);
  spread(columns, links);
  return { columns, links, width, height, grouped: columns.some(({ nodes }) => nodes.some((node) => node.group)) };
}
