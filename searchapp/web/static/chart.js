/* A range of the chart of dates, drawn over its bars with mouse, pen or finger. Bars are links with `data-from` and
   `data-to`; a press without a movement follows one. */

import { addressOf } from "./page.js";
import { visit } from "./navigation.js";

const LEAST_PX = 6;
let drag;

document.addEventListener("pointerdown", (event) => {
  const chart = event.target.closest(".chart");
  const bars = [...chart?.querySelectorAll("a[data-from]") ?? []].filter((bar) => bar.getClientRects().length);
  if (bars.length < 2 || !event.isPrimary || event.button) return;
  drag = { chart, bars, x: event.clientX, pointer: event.pointerId };
  drag.start = nearest(event);
});

document.addEventListener("pointermove", (event) => {
  if (event.pointerId !== drag?.pointer) return;
  if (!drag.days && Math.abs(event.clientX - drag.x) < LEAST_PX) return;
  if (!drag.days) drag.chart.setPointerCapture(drag.pointer);
  const days = [drag.start, nearest(event)].flatMap((bar) => [bar.dataset.from, bar.dataset.to]).sort();
  mark(drag.days = [days[0], days[3]]);
});

/** The bar under the pointer or beside it, of several rows in the nearest one. */
function nearest({ clientX: x, clientY: y }) {
  const distances = drag.bars.map((bar) => {
    const { left, right, top, bottom } = bar.getBoundingClientRect();
    return Math.max(left - x, x - right, 0) + 1000 * Math.max(top - y, y - bottom, 0);
  });
  return drag.bars[distances.indexOf(Math.min(...distances))];
}

function mark([first, last]) {
  for (const { classList, dataset } of drag.bars) classList.toggle("in-range", dataset.from >= first && dataset.to <= last);
  const days = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeZone: "UTC" });
  let caption = drag.chart.querySelector(".range");
  if (!caption) {
    caption = document.createElement("p");
    caption.className = "range";
    drag.chart.append(caption);
  }
  caption.textContent = first ? days.formatRange(new Date(first), new Date(last)) : "";
}

function end() {
  if (drag) mark([]);
  drag = undefined;
}

document.addEventListener("pointerup", (event) => {
  if (event.pointerId !== drag?.pointer) return;
  const { days, start } = drag;
  end();
  if (!days) return;
  // The click that follows would lead to the bar under the pointer.
  const swallow = (click) => click.preventDefault();
  addEventListener("click", swallow, { capture: true, once: true });
  setTimeout(() => removeEventListener("click", swallow, { capture: true }), 50);
  const url = addressOf(start);
  url.searchParams.set("from", days[0]);
  url.searchParams.set("to", days[1]);
  visit(url, start);
});

document.addEventListener("pointercancel", end);
document.addEventListener("keydown", (event) => { if (event.key === "Escape") end(); });
document.addEventListener("dragstart", (event) => { if (event.target.closest?.(".chart")) event.preventDefault(); });
