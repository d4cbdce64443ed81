// Long names in little room: what tells two of them apart is what is shown.

const CHARACTER = 7.25;

const roomFor = (width, size = 1) => Math.max(6, Math.floor(width / (CHARACTER * size)));

const fitted = (text, room) =>
  (text.length <= room ? text : `${text.slice(0, Math.ceil(room * 0.6))}…${text.slice(-(Math.floor(room * 0.4) - 1))}`);

// A sentence on two lines, no word of it broken.
function inTwo(text, room) {
  const end = text.lastIndexOf(" ", room);
  return [text.slice(0, end), fitted(text.slice(end + 1), room)];
}

function sharedStart(texts) {
  let end = 0;
  while (end < texts[0].length && texts.every((text) => text[end] === texts[0][end])) end += 1;
  return end;
}

// The beginning of a text, and what stands around the place `at` of it.
function around(text, at, room) {
  const head = Math.floor(room * 0.3);
  const left = room - head - 1;
  const from = Math.min(Math.max(head, at - Math.min(4, left >> 2)), text.length - left);
  const rest = text.slice(from);
  return `${text.slice(0, head)}…${rest.length <= left ? rest : `${rest.slice(0, left - 1)}…`}`;
}

// Each text as it is shown. Those that would look alike show where they differ, as often as it takes.
function toldApart(texts, room, at = -1) {
  const shorten = (text) => (text.length <= room ? text : at < 0 ? fitted(text, room) : around(text, at, room));
  const shown = new Map([...new Set(texts)].map((text) => [text, shorten(text)]));
  const alike = new Map();
  for (const [text, short] of shown) alike.set(short, [...(alike.get(short) ?? []), text]);
  for (const group of [...alike.values()].filter((each) => each.length > 1)) {
    const differs = sharedStart(group);
    if (differs > at) for (const [text, short] of toldApart(group, room, differs)) shown.set(text, short);
  }
  return shown;
}
