// The rest of the page: links into it, copying, colours, printing.

function idInHash() {
  try {
    return decodeURIComponent(location.hash.slice("#test=".length));
  } catch {
    return location.hash.slice("#test=".length);
  }
}

function follow() {
  if (location.hash.startsWith("#test=")) {
    showSheet(idInHash());
    return;
  }
  if (byId("sheet").open) byId("sheet").close();
  if (!location.hash.startsWith("#leak-")) return;
  const card = byId(location.hash.slice(1));
  if (!card) return;
  if (card.hidden) narrow({ through: null, impacts: new Set(["broken", "read", "latent"]), text: "" });
  openCard(card);
  card.scrollIntoView();
  card.focus({ preventScroll: true });
}

async function copy(button) {
  const text = button.parentElement.querySelector("code").textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    getSelection().selectAllChildren(button.parentElement.querySelector("code"));
    document.execCommand("copy");
  }
  button.textContent = "Copied";
  setTimeout(() => { button.textContent = "Copy"; }, 1500);
}

const THEMES = ["system", "light", "dark"];

function setTheme(theme) {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  byId("theme").querySelector("span").textContent = theme;
}

function setUpTheme() {
  let theme = "system";
  try {
    theme = localStorage.getItem("leakcheck-theme") ?? theme;
  } catch { /* a page from disk may have no storage */ }
  setTheme(THEMES.includes(theme) ? theme : "system");
  byId("theme").addEventListener("click", () => {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
    setTheme(theme);
    try {
      localStorage.setItem("leakcheck-theme", theme);
    } catch { /* then it lasts as long as the page */ }
  });
}

function setUpPrinting() {
  let opened = [];
  addEventListener("beforeprint", () => {
    for (const { card } of cardsShown) unfold(card);
    opened = [...document.querySelectorAll(".card > details:not([open])")];
    for (const details of opened) details.open = true;
  });
  addEventListener("afterprint", () => { for (const details of opened) details.open = false; });
}

document.documentElement.classList.add("js");
setUpTheme();
setUpFilter();
setUpMap();
setUpMatrix();
setUpTests();
setUpPrinting();
for (const show of [showFilter, showCards, drawMap, showMatrix, showFound]) show();
addEventListener("hashchange", follow);
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("button.copy");
  if (button) copy(button);
});
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, select, textarea");
  if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || byId("sheet").open) return;
  event.preventDefault();
  byId("tests").scrollIntoView();
  byId("find").focus();
});
follow();
document.documentElement.dataset.ready = "yes";
performance.mark("leakcheck-ready");
