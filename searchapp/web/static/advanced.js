/* The advanced form and the search box, each of which follows the other. The server reads and writes the query. */

import { debounced, fetchPage } from "./page.js";

const WAIT_MS = 250;
const form = document.querySelector("[data-advanced]");
const box = document.querySelector("form[role=search]").elements.q;
let pending;

async function read(parameters) {
  pending?.abort();
  pending = new AbortController();
  const url = new URL(form.action);
  url.search = new URLSearchParams(parameters);
  try {
    const page = await fetchPage(url, pending.signal);
    const written = page.querySelector("[data-part=written]");
    document.querySelector("[data-part=written]").replaceWith(written);
    return page;
  } catch {
    return null; // the buttons of the form still work
  }
}

const write = debounced(async () => {
  const page = await read(new FormData(form));
  if (page) box.value = page.getElementById("q").value;
}, WAIT_MS);

const fill = debounced(async () => {
  const page = await read({ q: box.value });
  if (!page) return;
  for (const field of page.querySelector("[data-advanced]").querySelectorAll("p input")) form.elements[field.name].value = field.value;
}, WAIT_MS);

form.addEventListener("input", (event) => { if (!event.isComposing) write(); });
form.addEventListener("compositionend", write);
box.addEventListener("input", (event) => { if (!event.isComposing) fill(); });
box.addEventListener("compositionend", fill);
// What was written before this script had arrived.
if ([...form.querySelectorAll("p input")].some((field) => field.value !== field.defaultValue)) write();
document.querySelectorAll("[data-without-script]").forEach((each) => { each.hidden = true; });
