/* Results without a reload: links and forms between searches fetch the page and put its parts in place. History,
   focus, scrolling, title and the status that screen readers hear are those of a page load. Any error is a plain
   navigation. */

import { addressOf, announce, clickedLink, fetchPage, withoutHash } from "./page.js";

const box = document.querySelector("form[role=search]");
const searchPath = box && new URL(box.action).pathname;
const HEAD = "link[rel=alternate], link[rel=prev], link[rel=next], link[rel=canonical]";
const places = new Map(); // history entry -> where its reader was
let entry = history.state?.entry ?? Date.now();
let shown = withoutHash(location);
let pending;
let moved = false;

/** Go to an address, without a reload if it is another search. `from` is the link that was followed. */
export function visit(url, from) {
  if (location.pathname !== searchPath || url.origin !== location.origin || url.pathname !== searchPath) {
    location.assign(url);
  } else {
    show(url, { from, push: true });
  }
}

async function show(url, { from, push, place }) {
  pending?.abort();
  pending = new AbortController();
  const { signal } = pending;
  document.querySelector("main").setAttribute("aria-busy", "true");
  try {
    const page = await fetchPage(url, signal);
    if (push) remember(url);
    const top = scrollY;
    replace(page);
    shown = withoutHash(url);
    settle(url, { from, place, top });
  } catch (error) {
    if (signal.aborted) return;
    if (push) location.assign(url);
    else location.reload();
  }
}

function remember(url) {
  if (!moved) history.replaceState({ entry }, "");
  moved = true;
  history.scrollRestoration = "manual";
  savePlace();
  entry = Date.now();
  history.pushState({ entry }, "", url);
}

function savePlace() {
  places.set(entry, { top: scrollY, focus: nameOf(document.activeElement) });
}

function replace(page) {
  for (const part of document.querySelectorAll("[data-part]")) {
    const fresh = page.querySelector(`[data-part="${part.dataset.part}"]`);
    if (fresh) part.replaceWith(fresh);
  }
  exchange(page, document.head, HEAD);
  exchange(page, document.body, ".skip");
  document.title = page.title;
  box.elements.q.value = page.querySelector("form[role=search]").elements.q.value;
  keepOpen(page);
  document.querySelector("main").replaceWith(page.querySelector("main"));
}

function exchange(page, parent, selector) {
  document.querySelectorAll(selector).forEach((each) => each.remove());
  parent.prepend(...page.querySelectorAll(selector));
}

/** Keep the folds of the filters as the reader left them. */
function keepOpen(page) {
  const name = (fold) => fold.className + (fold.closest("section, fieldset")?.querySelector("h3, legend")?.textContent ?? "");
  const open = new Set(Array.from(document.querySelectorAll("aside details[open]"), name));
  page.querySelectorAll("aside details").forEach((fold) => { fold.open ||= open.has(name(fold)); });
}

function settle(url, { from, place, top }) {
  const twin = place ? named(place.focus) : from?.closest("aside") && named(nameOf(from));
  if (url.hash) {
    // Only a navigation makes an element the target of style sheets; it has no state.
    location.replace(url.hash);
    history.replaceState({ entry }, "");
  }
  if (place) scrollTo(0, place.top);
  else if (twin) scrollTo(0, top);
  else if (!url.hash) scrollTo(0, 0);
  focus(twin || document.querySelector("main :target") || document.querySelector("main h1"));
  const count = document.querySelector("main .tally")?.textContent.split(" · ")[0];
  announce((count ?? document.title).replace(/\s+/g, " ").trim());
}

/** The name by which a link is known again on the next page, where its address and its count may be others. */
function nameOf(element) {
  if (!element || !element.closest("main")) return "";
  return element.id || element.dataset.from || (element.querySelector(".value") ?? element).textContent.replace(/[\d\s]+/g, " ").trim();
}

function named(name) {
  return name && Array.from(document.querySelectorAll("main :is(a, button, summary, input)")).find((each) => nameOf(each) === name);
}

function focus(element) {
  if (element.tabIndex < 0) element.tabIndex = -1;
  element.focus({ preventScroll: true });
}

document.addEventListener("click", (event) => {
  const link = clickedLink(event);
  const url = link && addressOf(link);
  if (!url || location.pathname !== searchPath || url.origin !== location.origin || url.pathname !== searchPath) return;
  if (url.hash && withoutHash(url) === shown) return;
  event.preventDefault();
  visit(url, link);
});

document.addEventListener("submit", (event) => {
  if (event.target.method !== "get") return; // a form that closes its dialog has the address of the page as its action
  const url = new URL(event.target.action);
  if (event.defaultPrevented || url.pathname !== searchPath || location.pathname !== searchPath) return;
  event.preventDefault();
  const filled = [...new FormData(event.target, event.submitter)].filter(([, value]) => value);
  url.search = new URLSearchParams(filled);
  visit(url);
});

addEventListener("popstate", (event) => {
  savePlace();
  entry = event.state?.entry ?? Date.now();
  if (!event.state) history.replaceState({ entry }, "");
  if (withoutHash(location) !== shown) show(new URL(location), { place: places.get(entry) ?? { top: 0 } });
});

// Pages that are left behind and come back are restored by the browser.
addEventListener("pagehide", () => { history.scrollRestoration = "auto"; });
addEventListener("pageshow", () => {
  if (moved) history.scrollRestoration = "manual";
  document.querySelector("main").removeAttribute("aria-busy");
});
