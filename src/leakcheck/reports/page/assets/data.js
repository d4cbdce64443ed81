// What the report knows, unpacked: tests, leaks and ties point at each other.

const data = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);

const tests = data.tests.map(([file, rest, verdict, roles, outcomes, line, crash], number) => ({
  number,
  file: data.files[file],
  rest,
  id: rest ? `${data.files[file]}::${rest}` : data.files[file],
  verdict: data.texts[verdict],
  roles: roles.map((role) => data.texts[role]),
  outcomes,
  line,
  crash: data.texts[crash],
}));

const leaks = data.leaks.map((leak, number) => ({
  ...leak,
  number,
  kind: data.texts[leak.kind],
  owner: data.texts[leak.owner],
  place: data.texts[leak.place],
  fixtures: leak.fixtures.map(([name, file, line]) => ({ name: data.texts[name], file: data.files[file], line })),
}));

const ties = data.ties.map(([test, effect, leak, how, proof, polluters, witness, command]) => ({
  test, effect, leak: leak < 0 ? null : leaks[leak], how, proof, polluters, witness, command,
}));

const numberOfTest = new Map(tests.map((test) => [test.id, test.number]));

// A test, or below 0 a test file: its import leaks.
const nameOf = (number) => (number < 0 ? data.files[-1 - number] : tests[number].id);

const plural = (number, noun, many = `${noun}s`) => `${number.toLocaleString("en")} ${number === 1 ? noun : many}`;

const clip = (text, limit = 160) =>
  text.length <= limit ? text : `${text.slice(0, limit / 2)}…${text.slice(-limit / 4)}`;

const linkTo = (id) => `#test=${encodeURIComponent(id)}`;

// Elements are built, never parsed: text stays text.
function build(make, tag, attributes, children) {
  const element = make(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat(9).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";
const html = (tag, attributes, ...children) =>
  build((name) => document.createElement(name), tag, attributes, children);
const svg = (tag, attributes, ...children) =>
  build((name) => document.createElementNS(SVG, name), tag, attributes, children);
const icon = (name) => svg("svg", { class: "icon", "aria-hidden": "true" }, svg("use", { href: `#i-${name}` }));
const tag = (name) => html("span", { class: `tag ${name}` }, icon(name), name);

function testLink(number) {
  const id = nameOf(number);
  if (number < 0) return html("code", {}, clip(id));
  const shown = clip(id);
  const cut = shown.indexOf("::") + 2;
  return html("a", { class: "test", href: linkTo(id) },
    cut > 2 ? [html("span", { class: "file" }, shown.slice(0, cut)), html("wbr")] : null, cut > 2 ? shown.slice(cut) : shown);
}

function commandLine(text) {
  return html("div", { class: "command" }, html("code", {}, text),
    html("button", { type: "button", class: "copy" }, "Copy"));
}
