/** Words that people read in more than one place. */

export const CONSENT =
  "I send the text shown above, exactly as shown. It will be public; anyone may copy it, and copies " +
  "cannot be called back. I removed or hid what identifies me or others. I am 18 or older. It may be " +
  "used under CC BY 4.0.";

/** What a removal's type means, for people. */
export const REMOVAL_NAMES: Record<string, string> = {
  EMAIL: "e-mail address",
  PHONE: "phone number",
  CARD: "card number",
  IBAN: "bank account",
  SSN: "social security number",
  NATIONAL_ID: "national identity number",
  IP: "network address",
  MAC: "device address",
  SECRET: "key or password",
  ADDRESS: "postal address",
  PERSON: "person's name",
  COORDINATES: "place on the map",
  URL: "personal part of a link",
  USERNAME: "user name",
  HIDDEN: "hidden by you",
};

/** The state of a report in words, and what happens next. */
export const STATES = {
  held: ["held", "Not sent yet. You can undo it."],
  queued: ["waiting", "It goes as soon as the server answers."],
  refused: ["refused", "The server did not take it."],
  pending: ["received", "It becomes public when its waiting time is over."],
  quarantined: ["looked at", "A moderator looks at it before anything becomes public."],
  released: ["public", "Anyone can read it."],
  rejected: ["not published", "It will not become public."],
  withdrawn: ["withdrawn", "Its text has been erased."],
} as const;
