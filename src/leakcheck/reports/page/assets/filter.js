// What the reader has narrowed the page to. Parts of the page listen and show themselves again.

const filter = { through: null, impacts: new Set(["broken", "read", "latent"]), text: "" };
const listeners = [];

const passesMap = (leak) => filter.impacts.has(leak.impact) && (!filter.through || filter.through.leaks.has(leak.number));

function narrow(changes) {
  Object.assign(filter, changes);
  for (const listener of listeners) listener();
}

// The tests that the leaks passing the map's filter touch; null for all.
function touchedTests() {
  if (!filter.through) return null;
  return new Set(leaks.filter(passesMap).flatMap((leak) => [...leak.polluters, ...leak.victims, ...leak.readers]));
}

function showFilter() {
  const box = byId("filter");
  box.replaceChildren();
  box.classList.toggle("on", filter.through !== null);
  if (!filter.through) return;
  const number = leaks.filter(passesMap).length;
  box.append(
    html("span", {}, `Only what goes through `, html("strong", {}, clip(filter.through.label)),
      `: ${plural(number, "leak")}, ${plural(touchedTests().size, "test")}.`),
    html("button", { type: "button", onclick: () => { narrow({ through: null }); byId("map-title").scrollIntoView(); } },
      "Show everything"),
  );
}

const cardsShown = [...document.querySelectorAll("article.card")].map((card) => ({
  card, leak: leaks[Number(card.dataset.leak)] ?? null, text: "",
}));

// The body of a card far down stands in a `noscript` until it is wanted: escaped when the page was made, as all others.
function unfold(card) {
  const body = card.querySelector(".body[data-later]");
  if (!body) return;
  body.innerHTML = body.firstElementChild.textContent;
  delete body.dataset.later;
}

function textOf(card) {
  const later = card.querySelector(".body[data-later] > noscript");
  const parsed = later && new DOMParser().parseFromString(later.textContent, "text/html");
  return card.textContent + (parsed ? parsed.body.textContent : "");
}

function openCard(card, open = true) {
  if (open) unfold(card);
  card.querySelector("details").open = open;
}

function cardPasses(each) {
  if (each.leak ? !passesMap(each.leak) : filter.through !== null || !filter.impacts.has("broken")) return false;
  if (!filter.text) return true;
  each.text ||= textOf(each.card).toLowerCase();
  return each.text.includes(filter.text);
}

function showCards() {
  let number = 0;
  for (const each of cardsShown) {
    each.card.hidden = !cardPasses(each);
    number += !each.card.hidden;
  }
  if (byId("leak-count")) {
    byId("leak-count").textContent =
      number === cardsShown.length ? plural(number, "leak") : `${number} of ${plural(cardsShown.length, "leak")}`;
  }
}

function setUpFilter() {
  for (const { card } of cardsShown) card.querySelector("details").addEventListener("toggle", () => unfold(card));
  listeners.push(showFilter, showCards);
  for (const box of document.querySelectorAll("input[name=impact]")) {
    box.addEventListener("change", () => {
      const chosen = document.querySelectorAll("input[name=impact]:checked");
      narrow({ impacts: new Set([...chosen].map((each) => each.value)) });
    });
  }
  byId("leak-text")?.addEventListener("input", (event) => narrow({ text: event.target.value.trim().toLowerCase() }));
  byId("open-all")?.addEventListener("click", (event) => {
    const open = event.target.textContent === "Open all";
    for (const { card } of cardsShown) openCard(card, open);
    event.target.textContent = open ? "Close all" : "Open all";
  });
}
