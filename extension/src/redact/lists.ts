/** Names and words that checks and the tagger of names know. `backend/reports/redaction/lists.py` has the same. */
import names from "../../../backend/reports/redaction/names.json";

export const FIRST = new Set(names.first.split(" "));
export const CONTEXT_FIRST = new Set(names.context.split(" "));
export const LAST = new Set(names.last.split(" "));
export const WORDS = new Set(names.words.split(" "));
/** Names that stand for a thing that has them from somebody: a theorem, a unit, a disease; and assistants. */
export const PUBLIC = new Set(names.public.split(", "));
/** Towns and regions of which everybody writes. */
export const PLACES = new Set(names.places.split(" "));
/** Words in small letters that texts are made of; no first name among them. */
export const COMMON = new Set([...names.common.split(" "), ...names.frequent.split(" ")]);
