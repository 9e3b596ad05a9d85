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

const SIZE = 28;
/** Where the button may stand, as the style says: its left upper corner from the flag's box. */
const PLACES = {
  end: ({ right, top }: DOMRect) => [right - SIZE, top + 2],
  left: ({ left, top }: DOMRect) => [left - 36, top + 2],
  right: ({ right, top }: DOMRect) => [right + 36 - SIZE, top + 2],
  above: ({ right, top }: DOMRect) => [right - SIZE, top - 30],
} satisfies Record<string, (box: DOMRect) => [number, number]>;
const CONTROLS = "button, a[href], input, textarea, select, [role='button'], [role='menuitem']";

/** Moves each button to the first place where it covers no control of the page: all is read, then all is written. */
export function placeFlags(hosts: readonly HTMLElement[]): void {
  const places = hosts.map(freePlace);
  hosts.forEach((host, index) => {
    const button = host.shadowRoot?.querySelector("button");
    if (button) button.dataset["place"] = places[index] ?? "end";
  });
}

function freePlace(host: HTMLElement): string {
  const page = host.ownerDocument;
  const box = host.getBoundingClientRect();
  const width = page.documentElement.clientWidth;
  for (const [place, cornerIn] of Object.entries(PLACES)) {
    const [left, top] = cornerIn(box);
    if (left >= 0 && left + SIZE <= width && !isTaken(page, left, top)) return place;
  }
  return "end";
}

/** Whether a control of the page lies under a button at this place: at its corners, or its middle. */
function isTaken(page: Document, left: number, top: number): boolean {
  const inset = 2;
  const xs = [left + inset, left + SIZE - inset];
  const ys = [top + inset, top + SIZE - inset];
  const points = [[left + SIZE / 2, top + SIZE / 2], ...xs.flatMap((x) => ys.map((y) => [x, y]))];
  return points.some(([x = 0, y = 0]) => page.elementsFromPoint(x, y).some((element) => element.matches(CONTROLS)));
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
