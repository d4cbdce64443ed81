// Looking up a test: a search over all of them, and a sheet with everything known about one.

const MOST_FOUND = 40;
const HURT = new Set(["victim", "brittle", "self-polluting"]);

function matching() {
  const words = byId("find").value.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const verdict = byId("find-verdict").value;
  const touched = touchedTests();
  const found = tests.filter((test) =>
    (!verdict || test.verdict === verdict) && (!touched || touched.has(test.number)) &&
    words.every((word) => test.id.toLowerCase().includes(word)));
  return words.length || verdict ? found : [...found].sort((a, b) => HURT.has(b.verdict) - HURT.has(a.verdict));
}

function showFound() {
  const found = matching();
  byId("found-count").textContent = found.length > MOST_FOUND
    ? `${plural(found.length, "test")}; the first ${MOST_FOUND} are shown` : plural(found.length, "test");
  byId("found").replaceChildren(...found.slice(0, MOST_FOUND).map((test) => html("li", {}, testLink(test.number),
    html("span", { class: "dim" }, [test.verdict, ...test.roles].join(", ")))));
}

const section = (title, ...body) => (body.flat(9).some(Boolean) ? html("section", {}, html("h3", {}, title), ...body) : null);

function leakLink(leak) {
  return html("a", { href: `#leak-${leak.id}`, class: "leak" }, html("b", {}, leak.id), " ", html("code", {}, leak.place));
}

const together = (polluters) => html("li", {}, polluters.map((number, place) => [place > 0 && " and ", testLink(number)]));

function proofOf(tie) {
  const text = tie.proof === "proven" ? data.hows[tie.how][2] : data.proofs[tie.proof];
  return html("p", { class: `proof ${tie.proof}` }, icon({ proven: "proven", suspected: "latent" }[tie.proof] ?? "confirmed"), text);
}

function tieTo(tie) {
  if (tie.effect === "reads") {
    return html("div", { class: "tie" }, html("p", {}, "reads what is leaked; its outcome stays the same: "), tie.leak && leakLink(tie.leak));
  }
  const [phrase, noun] = data.hows[tie.how];
  return html("div", { class: "tie" },
    html("p", {}, `${phrase}${noun ? ` any of ${plural(tie.polluters.length, noun)}`.replace("any of 1 ", "this ") : ""}: `,
      tie.leak ? leakLink(tie.leak) : "state that leakcheck does not see"),
    noun ? html("ul", { class: "tests" }, tie.polluters.map(together)) : null,
    proofOf(tie),
    html("h4", {}, "Shortest order that shows it"),
    html("ol", { class: "witness" }, tie.witness.map((number) => html("li", {}, testLink(number)))),
    tie.command ? commandLine(tie.command) : null);
}

function hurtBy(number) {
  const verbs = { breaks: "breaks", enables: "is needed by", cleans: "cleans up before", reads: "is read by" };
  const mine = ties.filter((tie) => tie.test !== number && tie.polluters.some((each) => each.includes(number)));
  const groups = new Map();
  for (const tie of mine) {
    const key = `${tie.effect} ${tie.leak?.number}`;
    groups.set(key, [...(groups.get(key) ?? []), tie]);
  }
  return [...groups.values()].map((each) => html("div", { class: "tie" },
    html("p", {}, `${verbs[each[0].effect]} ${plural(each.length, "test")} by `,
      each[0].leak ? leakLink(each[0].leak) : "state that leakcheck does not see"),
    html("ul", { class: "tests" }, each.map((tie) => html("li", {}, testLink(tie.test))))));
}

function changeOf([phase, place, parts, writers, remarks]) {
  return html("div", { class: "tie" },
    html("p", {}, html("code", {}, data.texts[place])),
    html("table", { class: "diff" },
      html("thead", {}, html("tr", {}, ["path", "before", "after"].map((name) => html("th", { scope: "col" }, name)))),
      html("tbody", {}, parts.map(([path, before, after]) => html("tr", {},
        html("th", { scope: "row" }, data.texts[path] ? html("code", {}, data.texts[path]) : html("span", { class: "dim" }, "the value")),
        html("td", { class: "before" }, html("code", {}, data.texts[before])),
        html("td", { class: "after" }, html("code", {}, data.texts[after])))))),
    writers.map((each) => html("p", { class: "dim" }, `written ${data.texts[each]}`)),
    remarks.map((each) => html("p", { class: "dim" }, data.texts[each])));
}

function changesOf(changes) {
  return data.phases.map((title, phase) => {
    const mine = changes.filter(([each]) => each === phase);
    return mine.length ? [html("h4", {}, title), mine.map(changeOf)] : null;
  });
}

function outcomesOf(test) {
  return html("ul", { class: "outcomes" }, [...test.outcomes].map((letter, place) => wordOf(letter) && html("li", {},
    html("span", { class: `o ${wordOf(letter).replace(" ", "-")}`, "aria-hidden": "true" }, SIGNS[wordOf(letter)]),
    html("span", {}, `${data.orders[place]}: `, html("b", {}, wordOf(letter))))));
}

function sheetOf(test) {
  const [changes, reads] = data.traces[test.number] ?? [null, []];
  const mine = ties.filter((tie) => tie.test === test.number && tie.effect !== "cleans");
  return [
    html("p", { class: "facts" }, html("span", { class: `verdict ${HURT.has(test.verdict) ? "hurt" : ""}` }, test.verdict),
      test.roles.map((role) => html("span", { class: "role" }, role)),
      html("span", { class: "dim" }, test.line ? `${test.file}:${test.line}` : test.file)),
    section("Outcomes", outcomesOf(test), test.crash && html("p", { class: "dim" }, test.crash)),
    section("Who hurts it", mine.length ? mine.map(tieTo) : html("p", { class: "dim" }, "Nobody that the audit knows of.")),
    section("Whom it hurts", hurtBy(test.number).length ? hurtBy(test.number) : html("p", { class: "dim" }, "Nobody that the audit knows of.")),
    section("What it changed", changes === null ? html("p", { class: "dim" }, "It was not run in this audit.")
      : changes.length ? changesOf(changes)
        : html("p", { class: "dim" }, "It left nothing behind: every watched location was as before.")),
    section("What it read before writing it", reads.length
      ? html("ul", { class: "reads" }, reads.map((place) => html("li", {}, html("code", {}, data.texts[place]))))
      : html("p", { class: "dim" }, "Nothing that is watched.")),
  ].filter(Boolean);
}

function showSheet(id) {
  const sheet = byId("sheet");
  const test = tests[numberOfTest.get(id)];
  byId("sheet-title").textContent = clip(id, 400);
  byId("sheet-body").replaceChildren(...(test ? sheetOf(test) : [html("p", {}, "No test of this audit has this name.")]));
  if (!sheet.open) sheet.showModal();
  sheet.scrollTop = 0;
  byId("sheet-title").focus();
}

function setUpTests() {
  listeners.push(showFound);
  for (const verdict of new Set(tests.map((test) => test.verdict))) byId("find-verdict").append(html("option", { value: verdict }, verdict));
  byId("find").addEventListener("input", showFound);
  byId("find-verdict").addEventListener("change", showFound);
  byId("find").addEventListener("keydown", (event) => {
    if (event.key === "Enter") byId("found").querySelector("a")?.click();
  });
  const sheet = byId("sheet");
  byId("sheet-close").addEventListener("click", () => sheet.close());
  sheet.addEventListener("click", (event) => { if (event.target === sheet) sheet.close(); });
  sheet.addEventListener("close", () => {
    if (location.hash.startsWith("#test=")) history.replaceState(null, "", "#");
  });
}
