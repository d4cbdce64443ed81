// The leak map as a drawing: pointing and focus light up one path, a click narrows the page to it.

const COLUMN_TITLES = { left: "What leaks", middle: "Where it is left", right: "Who is hurt, or reads it" };
const map = { layout: null, elements: new Map(), lines: new Map(), focused: null };

// All nodes and links that the leaks through `node` run along.
function pathOf(node) {
  const lit = new Set([node]);
  const walk = (from, end, other) => {
    for (const link of map.layout.links) {
      const shared = link[end] === from && [...link.leaks].some((leak) => node.leaks.has(leak));
      if (shared && !lit.has(link)) {
        lit.add(link).add(link[other]);
        walk(link[other], end, other);
      }
    }
  };
  walk(node, "from", "to");
  walk(node, "to", "from");
  return lit;
}

function light(lit) {
  map.drawing?.classList.toggle("lit", lit !== null);
  for (const [thing, element] of [...map.elements, ...map.lines]) {
    element.classList.toggle("on", lit !== null && lit.has(thing));
  }
}

function pinned() {
  if (!filter.through || map.layout.grouped) return null;
  const node = map.layout.columns.flatMap(({ nodes }) => nodes).find((each) => each.key === filter.through.key);
  return node ? pathOf(node) : null;
}

const rest = () => light(map.focused ? pathOf(map.focused) : pinned());

function choose(node) {
  const again = filter.through?.key === node.key;
  const { key, column, group } = node;
  const members = group ? new Set(node.members) : null;
  narrow({ through: again ? null : { key, column, members, label: node.named ?? node.label, leaks: new Set(node.leaks) } });
  (map.elements.get(nodeWithKey(node.key)) ?? byId("map-box").querySelector("[tabindex='0']"))?.focus();
}

const nodeWithKey = (key) => map.layout.columns.flatMap(({ nodes }) => nodes).find((node) => node.key === key);

function described(node) {
  const number = plural(node.leaks.size, "leak");
  const tell = { left: `leaks: ${number}`, middle: `location, ${number}`, right: `hurt by or reading ${number}` };
  return `${clip(node.label)}, ${node.sub}; ${tell[node.column]}`;
}

// The labels of a column, cut to the room that its nodes have.
function drawnColumn({ name, nodes }) {
  const marked = name === "middle";
  const room = roomFor((nodes[0]?.width ?? 0) - (marked ? 44 : 22));
  const labels = toldApart(nodes.map((node) => node.label), room);
  const subs = toldApart(nodes.map((node) => node.sub), room);
  const lines = (node) => (node.group && node.label.length > room ? inTwo(node.label, room) : [labels.get(node.label), subs.get(node.sub)]);
  return nodes.map((node) => drawnNode(node, marked, ...lines(node)));
}

function drawnNode(node, marked, label, sub) {
  const left = node.x + (marked ? 34 : 12);
  const top = node.y + (node.height - NODE_HEIGHT) / 2;
  const element = svg("g", {
    class: `node ${node.column} ${node.impact ?? ""} ${node.group ? "group" : ""}`, role: "button", tabindex: "-1",
    "aria-pressed": String(filter.through?.key === node.key),
    onclick: () => choose(node),
    onpointerenter: () => light(pathOf(node)),
    onpointerleave: rest,
    onfocus: () => { map.focused = node; enter(node); light(pathOf(node)); },
    onblur: () => { map.focused = null; rest(); },
    onkeydown: (event) => walkFrom(node, event),
  },
  svg("title", {}, described(node)),
  node.group && svg("rect", { class: "behind", x: node.x + 4, y: node.y + 4, width: node.width - 1, height: node.height, rx: 7 }),
  svg("rect", { class: "box", x: node.x + 0.5, y: node.y + 0.5, width: node.width - 1, height: node.height - 1, rx: 7 }),
  marked && svg("use", { href: `#i-${node.impact}`, class: `icon ${node.impact}`, x: node.x + 11, y: top + 12, width: 16, height: 16 }),
  svg("text", { class: "label", "aria-hidden": "true", x: left, y: top + 17 }, label),
  svg("text", { class: "sub", "aria-hidden": "true", x: left, y: top + 32 }, sub));
  map.elements.set(node, element);
  return element;
}

function drawnLink(link) {
  const [x1, x2] = [link.from.x + link.from.width, link.to.x];
  const bend = (x2 - x1) / 2;
  const path = `M${x1} ${link.fromY}C${x1 + bend} ${link.fromY} ${x2 - bend} ${link.toY} ${x2} ${link.toY}`;
  const element = svg("path", {
    class: `link ${link.impact} ${link.confirmed ? "confirmed" : "observed"}${folded(link) ? " folded" : ""}`, d: path, "stroke-width": link.width,
  });
  map.lines.set(link, element);
  return element;
}

// One stop for the tab key, the arrow keys walk from there.
function enter(node) {
  for (const [each, element] of map.elements) element.setAttribute("tabindex", each === node ? "0" : "-1");
}

function walkFrom(node, event) {
  const columns = map.layout.columns;
  const place = columns.findIndex(({ name }) => name === node.column);
  const inside = columns[place].nodes;
  const beside = (step) => {
    const near = map.layout.links.filter((link) => link[step < 0 ? "to" : "from"] === node);
    return near.map((link) => link[step < 0 ? "from" : "to"]).sort((a, b) => Math.abs(a.y - node.y) - Math.abs(b.y - node.y))[0];
  };
  const goals = {
    ArrowDown: () => inside[inside.indexOf(node) + 1],
    ArrowUp: () => inside[inside.indexOf(node) - 1],
    ArrowLeft: () => beside(-1),
    ArrowRight: () => beside(1),
    Home: () => inside[0],
    End: () => inside[inside.length - 1],
  };
  if (event.key === "Enter" || event.key === " ") choose(node);
  else if (event.key === "Escape" && filter.through) choose({ key: filter.through.key, leaks: [] });
  else if (goals[event.key]) map.elements.get(goals[event.key]())?.focus();
  else return;
  event.preventDefault();
}

function drawMap() {
  const box = byId("map-box");
  const style = getComputedStyle(box);
  const width = Math.max(680, box.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight));
  const shown = leaks.filter((leak) => filter.impacts.has(leak.impact));
  const everything = mapLayout(shown, width);
  const only = filter.through?.members ? filter.through : null;
  map.layout = everything.grouped && filter.through ? mapLayout(shown.filter(passesMap), width, only) : everything;
  map.elements.clear();
  map.lines.clear();
  map.focused = null;
  if (!shown.length) {
    box.replaceChildren(html("p", { class: "dim" }, leaks.length ? "No leak of this impact." : "No leak: there is nothing to draw."));
    return;
  }
  const { columns, links, height } = map.layout;
  map.dense = links.length > DENSE;
  map.drawing = svg("svg", {
    class: map.dense ? "map dense" : "map", viewBox: `0 0 ${width} ${height + 8}`, width, height: height + 8, role: "group", "aria-labelledby": "map-title",
  },
  svg("g", { "aria-hidden": "true" },
    columns.map(({ name, nodes }, number) => nodes.length > 0 &&
      svg("text", { class: "title", x: nodes[0].x, y: 14 }, COLUMN_TITLES[name])),
    links.map(drawnLink)),
  columns.map(drawnColumn));
  box.replaceChildren(html("div", { class: "map-scroll" }, map.drawing), mapLegend(shown));
  enter(columns[0].nodes[0] ?? columns[1].nodes[0]);
  rest();
}

function mapLegend(shown) {
  const line = (kind) => svg("svg", { class: "sample", viewBox: "0 0 34 8", "aria-hidden": "true" },
    svg("path", { class: `link ${kind}`, d: "M1 4H33", "stroke-width": LEAST[kind.split(" ")[0]] }));
  const counts = { broken: "changes an outcome", read: "is read, no outcome changes", latent: "nobody reads it" };
  return html("ul", { class: "legend", "aria-label": "Legend of the map" },
    Object.entries(counts).filter(([impact]) => shown.some((leak) => leak.impact === impact))
      .map(([impact, text]) => html("li", {}, tag(impact), text)),
    html("li", {}, line("broken confirmed"), "confirmed by an execution"),
    html("li", {}, line("read observed"), "observed"),
    html("li", {}, "the wider a line, the more tests it hurts"));
}

function setUpMap() {
  listeners.push(drawMap);
  let width = 0;
  new ResizeObserver(([entry]) => {
    if (Math.abs(entry.contentRect.width - width) < 8) return;
    width = entry.contentRect.width;
    drawMap();
  }).observe(byId("map-box"));
}
