/* Links to a part of another page (`data-unfold`: its id) unfold that part below the link. */

import { addressOf, clickedLink, fetchPage } from "./page.js";

const parts = new WeakMap(); // link -> the part below it

document.addEventListener("click", async (event) => {
  const link = clickedLink(event);
  const id = link?.dataset.unfold;
  if (!id) return;
  event.preventDefault();
  const url = addressOf(link);
  try {
    const part = parts.get(link) ?? await insert(url, id, link);
    part.hidden = link.ariaExpanded === "true";
    link.ariaExpanded = String(!part.hidden);
  } catch {
    location.assign(url);
  }
});

async function insert(url, id, link) {
  const part = (await fetchPage(url)).getElementById(id);
  part.removeAttribute("id"); // several links may unfold a part of that name
  parts.set(link, part);
  link.parentElement.after(part);
  return part;
}
