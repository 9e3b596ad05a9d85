// Without this file every link and form works by loading a page. With it, only the list is exchanged
// (by htmx), and what changed is said to those who cannot see it.
"use strict";

document.addEventListener("htmx:afterSettle", () => {
  const count = document.getElementById("listing-count");
  const said = document.getElementById("listing-said");
  if (!count || !said) return;
  said.textContent = count.textContent;
  if (!document.activeElement || document.activeElement === document.body) {
    count.focus({ preventScroll: true });
  }
});

// What is not a page of ours (no network, an error) is loaded as a page, so that it can be read.
for (const name of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(name, (event) => {
    window.location.assign(event.detail.pathInfo.finalRequestPath);
  });
}
