// What the leak map draws: who leaks, what, and who is hurt by it or reads it; the worst first.

const RANK = { latent: 0, read: 1, broken: 2 };

function testItem(number) {
  if (number < 0) {
    const file = nameOf(number);
    return { key: `file ${file}`, label: file, sub: "at import", noun: "file" };
  }
  const { rest, file, id } = tests[number];
  return { key: `test ${id}`, label: rest || file, sub: file, noun: "test" };
}

const fixtureItem = ({ name, file, line }) =>
  ({ key: `fixture ${name} ${file}:${line}`, label: name, sub: `fixture, ${file}:${line}`, noun: "fixture" });

function leakItem(leak) {
  const cut = leak.place.lastIndexOf(" of ");
  const [label, owner] = cut < 0 ? [leak.place, leak.kind] : [leak.place.slice(0, cut), leak.place.slice(cut + 1)];
  const sub = `${leak.id}, ${leak.impact}${cut < 0 ? "" : ` · ${owner}`}`;
  return { key: `leak ${leak.number}`, label, sub, noun: "leak", impact: leak.impact };
}

const harmOf = (leak) => (leak.impact === "broken" ? leak.victims.length : 0);
const readersOf = (leak) => (leak.impact === "read" ? leak.readers.length : 0);

function confirmedTests() {
  const found = new Map();
  for (const tie of ties) {
    if (tie.leak && (tie.effect === "breaks" || tie.effect === "enables") && tie.proof !== "suspected") {
      found.set(tie.leak.number, (found.get(tie.leak.number) ?? new Set()).add(tie.test));
    }
  }
  return found;
}

// Of each leak, who leaks it and who is hurt; `only` narrows one column to some of its items.
function threads(shown, only) {
  const proofs = confirmedTests();
  const kept = (column, items) =>
    (only?.column === column ? items.filter(({ item }) => only.members.has(item.key)) : items);
  const all = shown.map((leak) => {
    const hurt = leak.impact === "broken" ? leak.victims : leak.impact === "read" ? leak.readers : [];
    const confirmed = proofs.get(leak.number) ?? new Set();
    const makers = leak.fixtures.length ? leak.fixtures.map(fixtureItem) : leak.polluters.map(testItem);
    return {
      leak,
      harm: harmOf(leak),
      left: kept("left", makers.map((item) => ({ item, weight: harmOf(leak) / makers.length, confirmed: confirmed.size > 0 }))),
      middle: kept("middle", [{ item: leakItem(leak), weight: harmOf(leak) }]),
      right: kept("right", hurt.map((number) => ({ item: testItem(number), weight: leak.impact === "broken" ? 1 : 0, confirmed: confirmed.has(number) }))),
    };
  });
  return all.filter(({ middle }) => middle.length > 0).sort((a, b) =>
    b.harm - a.harm || RANK[b.leak.impact] - RANK[a.leak.impact] || readersOf(b.leak) - readersOf(a.leak) || a.leak.number - b.leak.number);
}
