/* Keys for readers who keep their hands on them: / ? j k, arrows from hit to hit. They never act in a field, with a
   modifier or while a dialog is open, and can be switched off (WCAG 2.2, 2.1.4). The help page says what they do. */

import { fetchPage } from "./page.js";

const help = document.querySelector("a[rel=help]");
const ENTRY = ".hits > li h2 a, .hits > li h3 a";
const actions = { "/": focusBox, "?": showKeys, j: () => move(1), k: () => move(-1) };
let dialog;

function isOn() {
  try {
    return localStorage.getItem("keys") !== "off";
  } catch {
    return true; // the browser keeps nothing for this site
  }
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || !isOn()) return;
  const target = event.target;
  if (target.closest("input, textarea, select, [contenteditable], dialog[open]") || document.querySelector("dialog[open]")) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const action = step && target.matches(ENTRY) ? () => move(step) : actions[event.key];
  if (action && action() !== false) event.preventDefault();
});

function focusBox() {
  const box = document.getElementById("q");
  box.focus();
  box.select();
}

/** Go to the next or the previous hit, from the one that has the focus or is the first below the top of the screen. */
function move(step) {
  const hits = [...document.querySelectorAll(ENTRY)];
  const here = hits.findIndex((hit) => hit.closest("li").contains(document.activeElement));
  const visible = hits.findIndex((hit) => hit.getBoundingClientRect().top >= 0);
  const next = hits[here >= 0 ? here + step : step > 0 ? visible : -1];
  if (!next) return false;
  next.focus({ preventScroll: true });
  next.closest("li").scrollIntoView({ block: "nearest" });
}

async function showKeys() {
  try {
    dialog ??= await makeDialog();
    readSwitch();
    dialog.showModal();
  } catch {
    location.assign(`${help.href}#keys`);
  }
}

async function makeDialog() {
  const section = document.importNode((await fetchPage(help.href)).getElementById("keys"), true);
  const made = document.createElement("dialog");
  section.querySelector("form").hidden = false;
  section.removeAttribute("id");
  made.className = "keys";
  made.setAttribute("aria-label", section.querySelector("h2").textContent);
  made.append(section);
  document.body.append(made);
  return made;
}

function readSwitch() {
  for (const label of document.querySelectorAll("[data-keys]")) {
    label.hidden = false;
    label.querySelector("input").checked = isOn();
  }
}

document.addEventListener("change", (event) => {
  if (!event.target.closest("[data-keys]")) return;
  try {
    localStorage.setItem("keys", event.target.checked ? "on" : "off");
  } catch {
    readSwitch(); // nothing was kept: the switch shows what holds
  }
});
readSwitch();
