/** Every word that people read stands in public/_locales; this fetches it. */
import { browser } from "wxt/browser";
import type en from "../public/_locales/en/messages.json";

export type Phrase = keyof typeof en;

/** A phrase in the person's language; `$1`, `$2` ... are the values. */
export function say(phrase: Phrase, ...values: (string | number)[]): string {
  return browser.i18n.getMessage(phrase, values.map(String));
}

/** A phrase that only some languages have; null in the others. */
export function sayIfKnown(phrase: string): string | null {
  return (browser.i18n.getMessage as (name: string) => string)(phrase) || null;
}

const TYPES = [
  "SECRET",
  "EMAIL",
  "IBAN",
  "CARD",
  "SSN",
  "NATIONAL_ID",
  "PLATE",
  "ACCOUNT",
  "MAC",
  "IP",
  "COORDINATES",
  "PHONE",
  "ADDRESS",
  "USERNAME",
  "PERSON",
  "URL",
  "HIDDEN",
  "ORGANISATION",
  "DATE",
  "AGE",
  "PLACE",
  "NAME_LIKE",
] as const;

/** What a type of personal data is called, and why it is looked for. */
export function removalWords(type: string): { name: string; why: string } {
  const known = TYPES.find((name) => name === type);
  return known
    ? { name: say(`type_${known}`), why: say(`why_${known}`) }
    : { name: say("type_other"), why: say("why_other") };
}
