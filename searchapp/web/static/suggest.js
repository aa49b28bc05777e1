/* Suggestions while typing: a combobox by ARIA 1.2 (list autocomplete with manual selection). One request at a time,
   a moment after the last key; answers are kept; after a refusal there is a pause. */

import { announce, debounced } from "./page.js";

const WAIT_MS = 150;
const PAUSE_MS = 20_000;
const MOST_KEPT = 60;
const LONGEST = 120;
// Suggestions are words and names; they do not fit into phrases, fields, groups and exclusions.
const QUERY_SIGNS = /["«»“”():=~*|]|(?:^|\s)[-+!]/;

for (const input of document.querySelectorAll("input[data-suggest]")) combobox(input);

function combobox(input) {
  const { suggest: address, suggestions: label } = input.dataset;
  const list = document.createElement("ul");
  const known = new Map();
  let request;
  let paused = 0;
  let active = -1;
  list.id = `${input.id}-suggestions`;
  list.className = "suggestions";
  list.hidden = true;
  list.role = "listbox";
  list.ariaLabel = label;
  input.parentElement.append(list);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id, "aria-expanded": "false" })) {
    input.setAttribute(name, value);
  }

  const ask = debounced(async () => {
    const text = input.value.trimStart();
    const atEnd = input.selectionEnd === input.value.length;
    if (text.trim().length < 2 || text.length > LONGEST || QUERY_SIGNS.test(text) || !atEnd || Date.now() < paused) return close();
    request?.abort();
    request = new AbortController();
    const { signal } = request;
    try {
      const found = known.get(text) ?? await load(text, signal);
      if (!signal.aborted && document.activeElement === input) open(found);
    } catch {
      if (!signal.aborted) close();
    }
  }, WAIT_MS);

  async function load(text, signal) {
    const response = await fetch(`${address}?${new URLSearchParams({ q: text })}`, { signal });
    if (!response.ok) {
      paused = Date.now() + PAUSE_MS;
      return [];
    }
    const { suggestions } = await response.json();
    if (known.size >= MOST_KEPT) known.clear();
    known.set(text, suggestions);
    return suggestions;
  }

  function open(found) {
    list.replaceChildren(...found.map(({ text }, number) => {
      const option = document.createElement("li");
      option.id = `${list.id}-${number}`;
      option.role = "option";
      option.textContent = text;
      return option;
    }));
    list.hidden = !found.length;
    input.ariaExpanded = String(!list.hidden);
    activate(-1);
    if (found.length) announce(`${label}\u00a0: ${found.length}`);
  }

  function close() {
    request?.abort();
    list.hidden = true;
    input.ariaExpanded = "false";
    activate(-1);
  }

  function activate(number) {
    active = number;
    [...list.children].forEach((option, each) => { option.ariaSelected = String(each === active); });
    if (active < 0) input.removeAttribute("aria-activedescendant");
    else input.setAttribute("aria-activedescendant", list.children[active].id);
    list.children[active]?.scrollIntoView({ block: "nearest" });
  }

  function choose(option) {
    input.value = option.textContent;
    close();
    input.form.requestSubmit();
  }

  input.addEventListener("input", (event) => { if (!event.isComposing) ask(); });
  input.addEventListener("compositionend", ask);
  input.addEventListener("blur", close);
  input.form.addEventListener("submit", close);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey) return;
    const last = list.children.length - 1;
    const steps = { ArrowDown: active < last ? active + 1 : -1, ArrowUp: active < 0 ? last : active - 1 };
    if (event.key in steps && list.hidden) {
      if (event.key === "ArrowDown" && input.value) ask();
    } else if (event.key in steps) {
      event.preventDefault();
      activate(steps[event.key]);
    } else if (event.key === "Enter" && active >= 0) {
      event.preventDefault();
      choose(list.children[active]);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault(); // the text stays; a second Escape is the browser's
      close();
    }
  });
  // The box keeps the focus, so that the list is still there when the finger or button goes up.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("li");
    if (option) choose(option);
  });
}
