/** Small typed builders: text is always text, never markup. */
import { say, type Phrase } from "../strings";

type Child = Node | string | null;
interface Attributes {
  [name: string]: string | boolean | ((event: Event) => void) | undefined;
}

/** An element with attributes, `on...` listeners and children. `true` sets a bare attribute, `false` none. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.replace(/^on/, ""), value);
    else if (value === true) element.setAttribute(name, "");
    else if (typeof value === "string") element.setAttribute(name, value);
  }
  element.append(...children.filter((child): child is Node | string => child !== null));
  return element;
}

/** Names the page, and tells in which language its words are. */
export function beginPage(title: Phrase): void {
  document.title = say(title);
  document.documentElement.lang = say("language");
}

/** The element of that id; throws if the page has none, which is a fault of ours. */
export function byId(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (!element) throw new Error(`This page has no #${id}.`);
  return element;
}

/** Replaces what an element holds. */
export function fill(element: Element, ...children: Child[]): void {
  element.replaceChildren(...children.filter((child): child is Node | string => child !== null));
}

/** A button that asks once more before it acts: the second click within five seconds counts. */
export function twiceButton(
  label: string,
  question: string,
  attributes: Attributes,
  act: () => void,
): HTMLButtonElement {
  const button = el("button", { type: "button", ...attributes }, label);
  let isArmed = false;
  button.addEventListener("click", () => {
    if (isArmed) {
      act();
      return;
    }
    isArmed = true;
    button.textContent = question;
    button.classList.add("armed");
    setTimeout(() => {
      isArmed = false;
      button.textContent = label;
      button.classList.remove("armed");
    }, 5000);
  });
  return button;
}
