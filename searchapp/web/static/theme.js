/* The theme switch without a request. The cookie is that of the server, which writes the theme into each page. */

const root = document.documentElement;

function apply(theme) {
  if (theme === "auto") delete root.dataset.theme;
  else root.dataset.theme = theme;
  for (const button of document.querySelectorAll("[data-themes] button")) {
    button.ariaPressed = String(button.value === theme);
  }
  for (const colour of document.querySelectorAll("meta[name=theme-color]")) {
    colour.removeAttribute("media");
    colour.content = getComputedStyle(root).backgroundColor;
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-themes]") || !event.submitter) return;
  event.preventDefault();
  const path = new URL(".", form.action).pathname;
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `theme=${event.submitter.value}; path=${path}; max-age=31536000; samesite=lax${secure}`;
  apply(event.submitter.value);
});

// A page that comes back from the browser's memory may have been left before the switch.
addEventListener("pageshow", (event) => {
  if (event.persisted) apply(document.cookie.match(/(?:^|; )theme=(light|dark)/)?.[1] ?? "auto");
});
