/**
 * The flag button: one small element after each finished answer, drawn in its own shadow root.
 * It takes no room in the page's layout, and only a person's own click counts.
 */

export const FLAG_TAG = "plumbline-flag";

const STYLE = `
  :host { all: initial; display: block; position: relative; height: 0; overflow: visible; }
  button {
    position: absolute; top: 2px; right: 0; z-index: 1; box-sizing: border-box;
    display: inline-flex; align-items: center; justify-content: center;
    width: 28px; height: 28px; padding: 0; border: 1px solid #8a8f98; border-radius: 14px;
    background: #fff; color: #1c4f8a; cursor: pointer; opacity: .75;
    font: 600 13px/1 system-ui, sans-serif;
  }
  button[data-place="left"] { right: auto; left: -36px; }
  button[data-place="right"] { right: -36px; }
  button[data-place="above"] { top: -30px; }
  button:hover, button:focus-visible { opacity: 1; }
  button:focus-visible { outline: 3px solid #4c8dd6; outline-offset: 2px; }
  @media (prefers-color-scheme: dark) { button { background: #1d2127; color: #9cc5f5; border-color: #6b7280; } }
`;

const PLUMB_BOB = "M8 1v5M8 6l3 3.2L8 15 5 9.2z";

/** A flag element that calls back when a person clicks it. Scripts of the page can't click it. */
export function makeFlag(page: Document, label: string, onFlag: () => void): HTMLElement {
  const host = page.createElement(FLAG_TAG);
  const root = host.attachShadow({ mode: "open" });
  const style = page.createElement("style");
  style.textContent = STYLE;
  const button = page.createElement("button");
  button.type = "button";
  button.title = label;
  button.setAttribute("aria-label", label);
  button.setAttribute("data-testid", "plumbline-flag");
  button.append(icon(page));
  button.addEventListener("click", (event) => {
    event.stopPropagation();
    if (event.isTrusted) onFlag();
  });
  root.append(style, button);
  return host;
}

const PLACES = ["end", "left", "right", "above"];
const CONTROLS = "button, a[href], input, textarea, select, [role='button'], [role='menuitem']";

/** Moves the button to the first place where it covers no control of the page. */
export function placeFlag(host: HTMLElement): void {
  const button = host.shadowRoot?.querySelector("button");
  const around = host.parentElement?.parentElement ?? host.parentElement;
  if (!button || !around) return;
  const taken = [...around.querySelectorAll(CONTROLS)].map((control) => control.getBoundingClientRect());
  for (const place of PLACES) {
    button.dataset["place"] = place;
    const mine = button.getBoundingClientRect();
    const isInside = mine.left >= 0 && mine.right <= host.ownerDocument.documentElement.clientWidth;
    if (isInside && !taken.some((theirs) => overlap(mine, theirs))) return;
  }
  button.dataset["place"] = PLACES[0];
}

function overlap(a: DOMRect, b: DOMRect): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

function icon(page: Document): SVGElement {
  const svg = page.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("width", "16");
  svg.setAttribute("height", "16");
  svg.setAttribute("aria-hidden", "true");
  const path = page.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", PLUMB_BOB);
  path.setAttribute("fill", "none");
  path.setAttribute("stroke", "currentColor");
  path.setAttribute("stroke-width", "1.5");
  svg.append(path);
  return svg;
}
