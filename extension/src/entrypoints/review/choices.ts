/** What is wrong, what it is about, and where it happened. */
import { families, sites, symptoms } from "../../catalogue";
import { el } from "../../ui/build";
import type { Page } from "./main";

const SHOWN_FIRST = 4;

export function drawChoices(page: Page): HTMLElement {
  const silent = symptoms.filter(({ kind }) => kind === "silent");
  const stated = symptoms.filter(({ kind }) => kind === "stated");
  return el(
    "section",
    { "aria-label": "Your judgement" },
    el("h2", {}, "What is wrong with the answer?"),
    el(
      "div",
      { class: "columns" },
      symptomSet(page, "Silently: it looks like a normal answer", silent, SHOWN_FIRST),
      symptomSet(page, "Stated: the assistant or the page said so", stated, 2),
    ),
    el("div", { class: "columns" }, domainPicker(page), placePicker(page)),
  );
}

function symptomSet(page: Page, title: string, all: typeof symptoms, shown: number): HTMLElement {
  const more = el("details", {}, el("summary", {}, "More"), ...all.slice(shown).map((symptom) => choice(page, symptom)));
  return el("fieldset", {}, el("legend", {}, title), ...all.slice(0, shown).map((symptom) => choice(page, symptom)), all.length > shown ? more : null);
}

function choice(page: Page, symptom: (typeof symptoms)[number]): HTMLElement {
  const box = el("input", { type: "checkbox", value: symptom.slug, "data-testid": `symptom-${symptom.slug}` });
  box.addEventListener("change", () => {
    const others = page.choices.symptoms.filter((slug) => slug !== symptom.slug);
    page.change({ symptoms: box.checked ? [...others, symptom.slug] : others });
  });
  return el("label", { class: "choice" }, box, " ", symptom.name, el("small", {}, symptom.help));
}

function domainPicker(page: Page): HTMLElement {
  const select = el("select", { id: "domain", "data-testid": "domain" }, el("option", { value: "" }, "I don't know"));
  for (const family of families)
    select.append(el("optgroup", { label: family.name }, ...family.domains.map(({ slug, name }) => el("option", { value: slug }, name))));
  select.addEventListener("change", () => page.change({ domain: select.value || null }));
  return el("div", {}, el("h2", {}, el("label", { for: "domain" }, "What is it about?")), select);
}

function placePicker(page: Page): HTMLElement {
  const site = el("select", { id: "site", "data-testid": "site" }, ...sites.map(({ slug, name }) => el("option", { value: slug }, name)));
  site.value = page.choices.site;
  site.addEventListener("change", () => page.change({ site: site.value }));
  const label = el("input", { id: "model", maxlength: "120", "data-testid": "model", placeholder: "as the page calls it, if you know" });
  label.value = page.choices.modelLabel ?? "";
  label.addEventListener("input", () => {
    const text = label.value.trim();
    page.change({ modelLabel: text || null, modelLabelSource: text ? "user" : "none" });
  });
  return el(
    "div",
    {},
    el("h2", {}, "Where?"),
    el("p", { class: "row" }, el("label", { for: "site" }, "Site"), site),
    el("p", { class: "row" }, el("label", { for: "model" }, "Model"), label),
  );
}
