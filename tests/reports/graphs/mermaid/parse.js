// Reads a JSON list of Mermaid diagrams from standard input with Mermaid's own parser, and writes what it understood:
// the text of labels as a browser shows it, and the elements that it would make of them.
import { readFileSync } from "node:fs";
import { JSDOM } from "jsdom";

const { window } = new JSDOM("");
globalThis.window = window;
globalThis.document = window.document;
const { default: mermaid } = await import("mermaid");

const shown = (label) => {
  const element = document.createElement("p");
  element.innerHTML = label.replaceAll("ﬂ°°", "&#").replaceAll("ﬂ°", "&").replaceAll("¶ß", ";");
  const elements = [...element.querySelectorAll("*")].map((each) => each.tagName.toLowerCase());
  for (const each of element.querySelectorAll("br")) each.replaceWith("\n");
  return { text: element.textContent, elements };
};

const read = async (text) => {
  await mermaid.parse(text);
  const { type, db } = await mermaid.mermaidAPI.getDiagramFromText(text);
  const nodes = [...db.getVertices().values()].map(({ id, text }) => ({ id, ...shown(text) }));
  const edges = db.getEdges().map(({ start, end, text }) => ({ start, end, ...shown(text) }));
  return { type, nodes, edges };
};

const answers = [];
for (const text of JSON.parse(readFileSync(0, "utf8"))) {
  answers.push(await read(text).catch((error) => ({ error: String(error) })));
}
console.log(JSON.stringify(answers));
