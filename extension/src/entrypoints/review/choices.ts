/** What is wrong, what it is about, and where it happened. */
import { domainName, families, familyName, siteName, sites, symptoms, symptomWords } from "../../catalogue";
import { EFFORTS, SEVERITIES, TIERS, type Setting } from "../../report";
import { say } from "../../strings";
import { el } from "../../ui/build";
import type { Page } from "./main";

/** At most six are to be read at first sight. */
const SHOWN = { silent: 4, stated: 2 };

export function drawChoices(page: Page): HTMLElement {
  const silent = symptoms.filter(({ kind }) => kind === "silent");
  const stated = symptoms.filter(({ kind }) => kind === "stated");
  return el(
    "section",
    { "aria-label": say("symptoms_title") },
    el("h2", {}, say("symptoms_title")),
    el(
      "div",
      { class: "columns" },
      symptomSet(page, say("symptoms_silent"), silent, SHOWN.silent),
      symptomSet(page, say("symptoms_stated"), stated, SHOWN.stated),
    ),
    el("div", { class: "columns" }, domainPicker(page), placePicker(page)),
    el("details", { "data-testid": "settings" }, el("summary", {}, say("setting_title")), settingPickers(page)),
  );
}

function symptomSet(page: Page, title: string, all: typeof symptoms, shown: number): HTMLElement {
  const more = el(
    "details",
    {},
    el("summary", {}, say("more")),
    ...all.slice(shown).map((symptom) => choice(page, symptom)),
  );
  return el(
    "fieldset",
    {},
    el("legend", {}, title),
    ...all.slice(0, shown).map((symptom) => choice(page, symptom)),
    all.length > shown ? more : null,
  );
}

function choice(page: Page, symptom: (typeof symptoms)[number]): HTMLElement {
  const box = el("input", {
    type: "checkbox",
    value: symptom.slug,
    "data-testid": `symptom-${symptom.slug}`,
  });
  box.addEventListener("change", () => {
    const others = page.choices.symptoms.filter((slug) => slug !== symptom.slug);
    page.change({ symptoms: box.checked ? [...others, symptom.slug] : others });
  });
  const { name, help } = symptomWords(symptom);
  return el("label", { class: "choice" }, box, " ", name, el("small", {}, help));
}

function domainPicker(page: Page): HTMLElement {
  const select = el(
    "select",
    { id: "domain", "data-testid": "domain" },
    el("option", { value: "" }, say("domain_unknown")),
  );
  for (const family of families)
    select.append(
      el(
        "optgroup",
        { label: familyName(family) },
        ...family.domains.map(({ slug }) => el("option", { value: slug }, domainName(slug))),
      ),
    );
  select.addEventListener("change", () => page.change({ domain: select.value || null, isDomainGuessed: false }));
  return el(
    "div",
    {},
    el("h2", {}, el("label", { for: "domain" }, say("domain_title"))),
    select,
    el("p", { class: "soft", "data-testid": "domain-guessed", hidden: true }, say("domain_guessed")),
  );
}

/** Shows the domain that was guessed, and that it was. */
export function showDomain(section: HTMLElement, domain: string | null, isGuessed: boolean): void {
  const select = section.querySelector<HTMLSelectElement>("#domain");
  const guessed = section.querySelector<HTMLElement>('[data-testid="domain-guessed"]');
  if (select && isGuessed) select.value = domain ?? "";
  if (guessed) guessed.hidden = !isGuessed || domain === null;
}

/** What only the person can know; each may be left unsaid. */
function settingPickers(page: Page): HTMLElement {
  return el(
    "div",
    { class: "row" },
    picker(page, "severity", SEVERITIES, (value) => say(`severity_${value}`)),
    picker(page, "tier", TIERS, (value) => say(`tier_${value}`)),
    picker(page, "effort", EFFORTS, (value) => say(`effort_${value}`)),
  );
}

function picker<K extends keyof Setting, V extends NonNullable<Setting[K]> & (string | number)>(
  page: Page,
  name: K,
  values: readonly V[],
  words: (value: V) => string,
): HTMLElement {
  const select = el(
    "select",
    { id: name, "data-testid": name },
    el("option", { value: "" }, say("not_said")),
    ...values.map((value) => el("option", { value: String(value) }, words(value))),
  );
  select.addEventListener("change", () => {
    const chosen = values.find((value) => String(value) === select.value) ?? null;
    page.change({ [name]: chosen });
  });
  return el("label", { for: name }, say(name), " ", select);
}

function placePicker(page: Page): HTMLElement {
  const site = el(
    "select",
    { id: "site", "data-testid": "site" },
    ...sites.map(({ slug }) => el("option", { value: slug }, siteName(slug))),
  );
  site.value = page.choices.site;
  site.addEventListener("change", () => page.change({ site: site.value }));
  const label = el("input", {
    id: "model",
    maxlength: "120",
    "data-testid": "model",
    placeholder: say("model_hint"),
  });
  label.value = page.choices.modelLabel ?? "";
  label.addEventListener("input", () => {
    const text = label.value.trim();
    page.change({ modelLabel: text || null, modelLabelSource: text ? "user" : "none" });
  });
  return el(
    "div",
    {},
    el("h2", {}, say("place_title")),
    el("p", { class: "row" }, el("label", { for: "site" }, say("site")), site),
    el("p", { class: "row" }, el("label", { for: "model" }, say("model")), label),
  );
}
