/**
 * How many answers were seen, by site and domain and week: the denominators, with noise.
 *
 * Of a week at most CLIP_MAX answers are kept, drawn from all of its answers with equal chances, as
 * site and domain. When the week is over, every cell (allowed site, domain or null) gets two-sided
 * geometric noise of scale 2 CLIP_MAX / EPSILON, used or not: any two weeks are at most 2 CLIP_MAX
 * apart, so whatever all bodies of a week say together is at most exp(EPSILON) times likelier for
 * one week than for any other. A body is built once; sending again sends the same noise. ADR 11.
 */
import { version as extensionVersion } from "../../package.json";
import type { Exchange } from "../adapters/types";
import { families } from "../catalogue";
import { domainOf } from "../domain";
import { tagFor } from "../receipts";
import { changeControls, loadOptions } from "../storage";
import { geometricNoise } from "./noise";
import { outgoing, type Outgoing } from "./outgoing";
import { randomBelow, type Below } from "./random";

export const EPSILON = 2;
export const CLIP_MAX = 20;
export const NOISE_SCALE = (2 * CLIP_MAX) / EPSILON;
/** Weeks that are over and still sent: the server counts none that is later than 28 days. */
export const WEEKS_BACK = 3;
const DAY_MS = 24 * 3_600_000;
const DOMAINS: (string | null)[] = [...families.flatMap(({ domains }) => domains.map(({ slug }) => slug)), null];

interface Answer {
  site: string;
  domain: string | null;
}

/** What is kept of a week: its Monday, how many answers were seen, and which of them are counted. */
export interface CountedWeek {
  monday: string;
  seen: number;
  answers: Answer[];
}

/** To be called once for every answer that finishes, while the person lets exposures be sent. */
export async function countAnswer(
  exchange: Exchange,
  now = new Date(),
  below: Below = randomBelow,
): Promise<void> {
  const { slug: domain } = domainOf(exchange.prompt, exchange.response);
  const answer: Answer = { site: exchange.site, domain };
  await changeControls((controls) => {
    const monday = mondayOf(now);
    const week = controls.weeks.find((kept) => kept.monday === monday) ?? { monday, seen: 0, answers: [] };
    const others = controls.weeks.filter((kept) => kept.monday !== monday);
    return { ...controls, weeks: [...others, withAnswer(week, answer, below)] };
  });
}

/** Reservoir sampling: each answer of the week is as likely to be among the kept as any other. */
function withAnswer(week: CountedWeek, answer: Answer, below: Below): CountedWeek {
  const seen = week.seen + 1;
  if (week.answers.length < CLIP_MAX) return { ...week, seen, answers: [...week.answers, answer] };
  const place = below(seen);
  return { ...week, seen, answers: week.answers.map((kept, index) => (index === place ? answer : kept)) };
}

/**
 * Turns every week that is over into one body for each allowed site and forgets its answers; how
 * many bodies. Weeks without any answer are sent too, from the first call on: silence would tell.
 * Bodies go at random times of a day, so that those of one person do not arrive together.
 */
export async function closeWeeks(sites: readonly string[], now = new Date(), below: Below = randomBelow): Promise<number> {
  const { isLinked, server } = await loadOptions();
  let bodies: Outgoing[] = [];
  await changeControls(async (controls) => {
    const current = mondayOf(now);
    const first = controls.weeks.map(({ monday }) => monday).sort()[0] ?? current;
    bodies = [];
    for (const monday of mondays(first, current).slice(-WEEKS_BACK)) {
      const answers = controls.weeks.find((kept) => kept.monday === monday)?.answers ?? [];
      for (const site of sites) {
        const tag = await tagFor(site, dateOf(monday), isLinked);
        const id = crypto.randomUUID();
        const body = exposureBody({ id, site, monday, tag, isLinked }, answers, below);
        bodies.push(outgoing({ id, kind: "exposures", server, body }, now.getTime(), below(DAY_MS)));
      }
    }
    const kept = controls.weeks.find(({ monday }) => monday === current);
    return {
      ...controls,
      weeks: [kept ?? { monday: current, seen: 0, answers: [] }],
      outgoing: [...controls.outgoing, ...bodies],
    };
  });
  return bodies.length;
}

/** Forgets what was counted and not yet turned into bodies: the person no longer wants it sent. */
export async function forgetWeeks(): Promise<void> {
  await changeControls((controls) => ({ ...controls, weeks: [] }));
}

interface Batch {
  id: string;
  site: string;
  monday: string;
  tag: string;
  isLinked: boolean;
}

/** The body of the request for one site and week: each domain and null, with fresh noise. */
export function exposureBody(batch: Batch, answers: readonly Answer[], below: Below = randomBelow): string {
  const counts = DOMAINS.map((domain) => {
    const seen = answers.filter((answer) => answer.site === batch.site && answer.domain === domain).length;
    return { domain, count: seen + geometricNoise(NOISE_SCALE, below) };
  });
  return JSON.stringify(
    {
      schema_version: 1,
      id: batch.id,
      contributor_tag: batch.tag,
      is_linked: batch.isLinked,
      iso_week: isoWeekOf(batch.monday),
      site: batch.site,
      epsilon: EPSILON,
      clip_max: CLIP_MAX,
      counts,
      client: { extension_version: extensionVersion, adapter: batch.site },
    },
    null,
    2,
  );
}

/** The Monday of a day's week in this person's own zone, as YYYY-MM-DD. */
export function mondayOf(day: Date): string {
  const utc = Date.UTC(day.getFullYear(), day.getMonth(), day.getDate());
  return new Date(utc - ((day.getDay() + 6) % 7) * DAY_MS).toISOString().slice(0, 10);
}

/** The ISO week that begins on a Monday: the week's Thursday lies in its year. */
export function isoWeekOf(monday: string): string {
  const thursday = new Date(dateOf(monday).getTime() + 3 * DAY_MS);
  const dayOfYear = (Date.parse(thursday.toISOString().slice(0, 10)) - Date.UTC(thursday.getUTCFullYear(), 0, 1)) / DAY_MS;
  return `${thursday.getUTCFullYear()}-W${String(Math.floor(dayOfYear / 7) + 1).padStart(2, "0")}`;
}

/** Mondays from the first on, before the last. */
function mondays(first: string, last: string): string[] {
  const found: string[] = [];
  for (let at = Date.parse(first); at < Date.parse(last); at += 7 * DAY_MS)
    found.push(new Date(at).toISOString().slice(0, 10));
  return found;
}

function dateOf(monday: string): Date {
  return new Date(`${monday}T12:00:00Z`);
}
