// Tests against orders. Only the rows in sight are built: a suite may have thousands.

const SIGNS = {
  passed: "✓", failed: "✗", error: "E", skipped: "s", xfailed: "x", xpassed: "X", crashed: "!", timeout: "T",
  "not run": "–", unknown: "?",
};
const ROW_HEIGHT = 30;
const WHOLE = 120;
const AHEAD = 12;
const matrix = { rows: [], first: -1, whole: false };

const wordOf = (letter) => data.outcomes[letter] ?? "";
const differs = (test) => new Set([...test.outcomes].filter((letter) => letter !== " " && letter !== "-")).size > 1;

function matrixRows() {
  const text = byId("matrix-text").value.trim().toLowerCase();
  const only = byId("differing").checked;
  const touched = touchedTests();
  return tests.filter((test) =>
    (!only || differs(test)) && (!text || test.id.toLowerCase().includes(text)) && (!touched || touched.has(test.number)));
}

function outcomeCell(letter) {
  const word = wordOf(letter);
  const sign = html("span", { "aria-hidden": "true" }, SIGNS[word] ?? "");
  return html("td", { class: `o ${word.replace(" ", "-")}`, title: word }, sign, html("span", { class: "sr" }, word || "not asked"));
}

function matrixRow(test, place) {
  const [file, rest] = [test.file, test.rest];
  return html("tr", { "aria-rowindex": place + 2 },
    html("th", { scope: "row" }, html("a", { class: "test", href: linkTo(test.id), title: clip(test.id, 400) },
      rest ? html("span", { class: "file" }, `${clip(file, 60)}::`) : null, clip(rest || file, 90))),
    html("td", { class: "verdict" }, test.verdict),
    [...test.outcomes].map(outcomeCell));
}

function showWindow() {
  const box = byId("matrix");
  const { rows } = matrix;
  const room = matrix.whole ? rows.length : Math.ceil(Math.max(box.clientHeight, 300) / ROW_HEIGHT) + 2 * AHEAD;
  const first = matrix.whole ? 0 : Math.max(0, Math.floor(box.scrollTop / ROW_HEIGHT) - AHEAD);
  if (first === matrix.first) return;
  matrix.first = first;
  const last = Math.min(rows.length, first + room);
  const blank = (number) => {
    if (!number) return null;
    const cell = html("td", { colspan: data.orders.length + 2 });
    cell.style.height = `${number * ROW_HEIGHT}px`;
    return html("tr", { class: "blank", "aria-hidden": "true" }, cell);
  };
  box.querySelector("tbody").replaceChildren(
    ...[blank(first), ...rows.slice(first, last).map((test, place) => matrixRow(test, first + place)), blank(rows.length - last)]
      .filter(Boolean));
}

function showMatrix() {
  matrix.rows = matrixRows();
  matrix.whole = matrix.rows.length <= WHOLE;
  matrix.first = -1;
  const box = byId("matrix");
  const [number, all] = [matrix.rows.length, tests.length];
  byId("matrix-count").textContent = `${number.toLocaleString("en")} of ${plural(all, "test")}`;
  box.classList.toggle("tall", !matrix.whole);
  box.hidden = number === 0;
  if (number === 0) return;
  box.replaceChildren(html("table", { "aria-rowcount": number + 1 },
    html("thead", {}, html("tr", { "aria-rowindex": 1 },
      html("th", { scope: "col" }, "test"), html("th", { scope: "col" }, "verdict"),
      data.orders.map((order) => html("th", { scope: "col", class: "order" }, html("span", {}, clip(order, 40)))))),
    html("tbody")));
  box.scrollTop = 0;
  showWindow();
}

function setUpMatrix() {
  listeners.push(showMatrix);
  byId("differing").addEventListener("change", showMatrix);
  byId("matrix-text").addEventListener("input", showMatrix);
  byId("matrix").addEventListener("scroll", () => requestAnimationFrame(showWindow), { passive: true });
  const seen = new Set(tests.flatMap((test) => [...test.outcomes]));
  byId("matrix-legend").append(...Object.entries(data.outcomes).filter(([letter]) => seen.has(letter))
    .map(([, word]) => html("li", {}, html("span", { class: `o ${word.replace(" ", "-")}`, "aria-hidden": "true" }, SIGNS[word]), word)));
}
