/* Pages of this site, fetched and parsed; links that a plain click follows. */

const version = script(document);

function script(page) {
  return page.querySelector("script[src]")?.getAttribute("src");
}

/** The page at an address as a document. Rejects on any other answer, and when the site has other scripts by now. */
export async function fetchPage(url, signal) {
  const response = await fetch(url, { signal, headers: { Accept: "text/html" } });
  if (!response.ok || response.redirected) throw new Error(`${response.status} ${response.url}`);
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  if (script(page) !== version || !page.querySelector("main")) throw new Error("not a page of this version");
  return page;
}

/** The link of a plain click; nothing for clicks that open a tab, download, or that another module took. */
export function clickedLink(event) {
  const link = event.target.closest("a[href]");
  const plain = !event.defaultPrevented && !event.button && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
  return plain && link && !link.hasAttribute("target") && !link.hasAttribute("download") ? link : null;
}

export function addressOf(link) {
  return new URL(link.getAttribute("href"), location);
}

export function withoutHash(url) {
  return url.href.split("#")[0];
}

/** Say a text to screen readers; the same text twice is said twice. */
export function announce(text) {
  const status = document.getElementById("status");
  status.textContent = "";
  setTimeout(() => { status.textContent = text; }, 100);
}

/** Call a function once nothing has called it for some milliseconds. */
export function debounced(call, milliseconds) {
  let timer;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(call, milliseconds, ...values);
  };
}
