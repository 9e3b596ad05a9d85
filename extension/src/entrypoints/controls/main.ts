/** Exactly what ratings and exposures have sent and will send. */
import { CLIP_MAX, EPSILON } from "../../controls/exposures";
import { takeBack, type Outgoing } from "../../controls/outgoing";
import { domainName, siteName } from "../../catalogue";
import { changeControls, loadControls, loadOptions, onChange, type Controls } from "../../storage";
import { say } from "../../strings";
import { beginPage, byId, el, fill } from "../../ui/build";
import { standingParagraph } from "../../ui/standing";

const standing = standingParagraph();

async function draw(): Promise<void> {
  const [controls, { sendsRatings, countsExposures }] = await Promise.all([loadControls(), loadOptions()]);
  fill(
    byId("main"),
    el("h1", {}, say("controls_page_title")),
    el("p", {}, say("controls_page_intro")),
    el("p", { class: "soft" }, say("counting_blind")),
    standing,
    sendsRatings || countsExposures ? null : el("p", { class: "notice", "data-testid": "off" }, say("controls_off")),
    el("h2", {}, say("controls_week")),
    el("p", { class: "soft" }, say("controls_week_help", EPSILON)),
    weekTable(controls),
    el("h2", {}, say("controls_waiting")),
    list("waiting", controls.outgoing.map(waiting), say("controls_waiting_none")),
    el("h2", {}, say("controls_sent")),
    list("sent", controls.sent.map(({ sentOn, body }) => bodyRow(sentOn, body, null)).reverse(), say("controls_sent_none")),
    controls.sent.length > 0 ? forgetButton() : null,
  );
}

/** What this week's answers are so far, before any noise; of more than the limit, those that were drawn. */
function weekTable({ weeks }: Controls): HTMLElement {
  const answers = weeks.flatMap((week) => week.answers).slice(0, CLIP_MAX * weeks.length);
  if (answers.length === 0) return el("p", { class: "soft", "data-testid": "week-none" }, say("controls_week_none"));
  const counts = new Map<string, number>();
  for (const { site, domain } of answers) {
    const name = `${siteName(site)} · ${domain ? domainName(domain) : say("domain_other")}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return el(
    "table",
    { "data-testid": "week" },
    el("thead", {}, el("tr", {}, el("th", {}, say("count_subject")), el("th", {}, say("count_answers")))),
    el("tbody", {}, ...[...counts].map(([name, count]) => el("tr", {}, el("td", {}, name), el("td", {}, String(count))))),
  );
}

function waiting({ id, notBefore, body, attempts }: Outgoing): HTMLElement {
  const drop = {
    type: "button",
    class: "small",
    "data-testid": "drop",
    onclick: () => void takeBack(id),
  };
  const due = say("controls_due", new Date(notBefore).toLocaleString(say("language")));
  return bodyRow(due, body, attempts === 0 ? el("button", drop, say("controls_drop")) : null);
}

function bodyRow(title: string, body: string, action: HTMLElement | null): HTMLElement {
  const label = { role: "region", tabindex: "0", "aria-label": title };
  return el(
    "li",
    { "data-testid": "body" },
    el("p", { class: "row" }, title, action),
    el("pre", { class: "preview", ...label }, body),
  );
}

function list(testid: string, rows: HTMLElement[], none: string): HTMLElement {
  if (rows.length === 0) return el("p", { class: "soft" }, none);
  return el("ul", { class: "plain", "data-testid": testid }, ...rows);
}

function forgetButton(): HTMLElement {
  const forgetting = {
    type: "button",
    "data-testid": "forget-sent",
    onclick: () => void changeControls((controls) => ({ ...controls, sent: [] })),
  };
  return el("button", forgetting, say("controls_forget"));
}

beginPage("controls_page_title");
onChange(() => void draw());
void draw();
