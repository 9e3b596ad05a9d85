/** Checks of unusual names, houses and users. `backend/reports/redaction/people.py` says the same, line by line. */
import { COMMON, CONTEXT_FIRST, FIRST, LAST, PUBLIC, WORDS } from "./lists";

const SIGN = /[0-9_#-]|[.][A-Za-z0-9]/u;
const HUMP = /\p{Ll}\p{Lu}/u;
const CAPITAL = /^\p{Lu}/u;
const UPPER = /^\p{Lu}[\p{Lu}'’-]{1,30}$/u;
const ROMAN = /^[IVXLCDM]+$/u;
const NO_STREET = /[@(){}=<>\\_]|:\/\/|0x/u;
const PARTICLES = new Set("de van von di del da der ter le la".split(" "));
const PLATFORMS = new Set(
  "youtube github gitlab linkedin tiktok facebook whatsapp iphone javascript typescript postgresql mysql powerpoint onlyfans soundcloud playstation wechat bluesky instagram".split(" "),
);
/** First names that are places, months or brands more often. */
const NO_PERSON = new Set(
  "April May June Summer Autumn Austin Dallas Darwin Florence Geneva Georgia Kenya Lincoln Paris Sydney Victoria Virginia Wellington Madison Jackson Newton Odessa Savannah Kent Houston Preston Lourdes Carter Cooper Lima Prem Page Said Max Mae Els Sky Rich Thor Iris Ruby Hugo Opal Primo Maxim Mercy Melody Misty Nova Earl Guy Sharp Sterling Marshall Rocky Sage Alexa Claude Siri".split(" "),
);
/** What ends as these do is no house, but people or what belongs to them. */
const NO_HOUSE = /(?:s|an|ish|ese|ion|ing|er|or|ly)$/u;
const TOLD_HOUSES = new Set(["Cottage", "Farmhouse", "Bungalow", "Barn"]);
const NO_COTTAGES = new Set(["White", "Opera", "Open", "Full", "Animal"]);

function titled(word: string): string {
  const [first = "", ...rest] = word;
  return first + rest.join("").toLowerCase();
}

/** What stands before and after the first of a sign. */
function parted(value: string, sign: string): [string, string] {
  const at = value.indexOf(sign);
  return at < 0 ? [value, ""] : [value.slice(0, at), value.slice(at + sign.length)];
}

const isGiven = (word: string): boolean => FIRST.has(word) || CONTEXT_FIRST.has(word);
const isCommon = (word: string): boolean => COMMON.has(word.toLowerCase());
const isOrdinary = (word: string): boolean => WORDS.has(word) || (isCommon(word) && !LAST.has(word));

/** A surname, a comma and a first name; either is known, none an ordinary word. */
function surnameFirst(value: string): boolean {
  const [surname, rest] = parted(value, ", ");
  const parts = surname.split(" ");
  const given = (rest.split(" ")[0] ?? "").split("-")[0] ?? "";
  // Two of a row of whole names.
  if (parts.length > 1 && isGiven(parts[0] ?? "")) return false;
  if (parts.some((part) => CAPITAL.test(part) && isOrdinary(part)) || WORDS.has(given)) return false;
  const isKnown = LAST.has(parts[parts.length - 1] ?? "") && !isCommon(given);
  return isGiven(titled(given)) || isKnown || PARTICLES.has(parts[0] ?? "");
}

/** A surname in capitals beside a first name that is not. */
function capitalSurname(value: string): boolean {
  const [one, other] = parted(value, " ");
  const [surname, name] = UPPER.test(one) ? [one, other] : [other, one];
  const given = name.split("-")[0] ?? "";
  const whole = titled(surname);
  const isKnown = LAST.has(whole);
  // Not as short as "CEO Amy", unless it is a surname.
  if (!UPPER.test(surname) || [...surname].length < (isKnown ? 3 : 5)) return false;
  if ([surname, whole, given].some((word) => WORDS.has(word)) || ROMAN.test(surname)) return false;
  if (isCommon(surname) && !(isKnown && FIRST.has(given))) return false;
  // Longer than an acronym is.
  const isLikely = isKnown || [...surname].length > 6;
  return FIRST.has(given) || (isLikely && !isCommon(given));
}

/** How only users are called: a digit, a sign or a capital within it, and no word. */
function nick(value: string): boolean {
  const bare = value.replace(/[.-]+$/u, "");
  const low = bare.toLowerCase();
  return (SIGN.test(bare) || HUMP.test(bare)) && !COMMON.has(low) && !PLATFORMS.has(low);
}

/** A number and a word that is no other: how a house is called where no street is. */
function house(value: string): boolean {
  const word = value.split(" ").pop() ?? "";
  const isWord = [WORDS, LAST, PUBLIC].some((each) => each.has(word)) || isCommon(word);
  return !(isWord || isGiven(word) || NO_HOUSE.test(word));
}

/** The name of a house: no ordinary word, unless what it is called tells enough. */
function cottage(value: string): boolean {
  const named = parted(value, ",")[0].split(" ");
  const isTold = TOLD_HOUSES.has(named[named.length - 1] ?? "") || value.includes(",");
  return isTold && !NO_COTTAGES.has(named[0] ?? "");
}

/** A street in the column of addresses: a capital, a number or a word that is no other; no code. */
function addressCell(value: string): boolean {
  const named = value.split(" ").filter((word) => CAPITAL.test(word));
  const isTold = /[0-9]/u.test(value) || !named.every(isCommon);
  const isStreet = /\p{L}{3}/u.test(value) && !NO_STREET.test(value);
  return named.length > 0 && value.includes(" ") && isTold && isStreet;
}

/** By the names that rules.json uses. */
/** A name that a greeting, a trade or a rank tells of: no thing's, no ordinary word that nobody has. */
function toldName(value: string): boolean {
  const words = value.split(" ");
  if (words.some((word) => isOrdinary(word) && !isGiven(word)) || WORDS.has(words[0] ?? "")) return false;
  return !PUBLIC.has(value) && value !== value.toUpperCase();
}

/** A street whose second word is small, before a code and a town: no word that only sentences have. */
function smallStreet(value: string): boolean {
  const words = value.split(" ").filter((word) => !/[0-9]/u.test(word));
  return !WORDS.has(words[0] ?? "") && !words.slice(1).some((word) => COMMON.has(word));
}

const CODE = /[0-9]{4}|[a-z][0-9]{1,2}[a-z]?[ ][0-9][a-z]{2}/u;
const BESIDE_TOWN = new Set(
  "next from until till since because when where while if so as for with that which who i we he she it they my our his her their is are was were be been and or but the to at on by not no tell call text ask please thanks".split(" "),
);

/** A town in small letters behind a street: a code beside it, or a word that is no other. */
function lowerTown(value: string): boolean {
  const words = value.split(" ").map((word) => word.replace(/^,+|,+$/gu, ""));
  if (words.some((word) => BESIDE_TOWN.has(word))) return false;
  return CODE.test(value) || words.every((word) => !COMMON.has(word));
}

const MARKED = /[À-ÖØ-öø-žșțəẀ-ỿ]/u;

/** A street named in letters that English has not: no ordinary word. */
function streetForeign(value: string): boolean {
  const named = value.split(" ").filter((word) => CAPITAL.test(word));
  return MARKED.test(value) && !named.some((word) => WORDS.has(word) || PUBLIC.has(word));
}

const NO_SMALL_NAME = new Set(
  "chatgpt gpt openai kubectl mom mum dad mommy mama papa grandma grandpa nana bro sis hubby wifey em".split(" "),
);
const VERB = /(?:s|ed|ing|ly)$/u;

function capitalised(word: string): string {
  const [first = "", ...rest] = word;
  return first.toUpperCase() + rest.join("");
}

function isSmallName(word: string): boolean {
  const written = capitalised(word);
  if (COMMON.has(word) || NO_SMALL_NAME.has(word) || PUBLIC.has(written) || word.includes("'")) return false;
  return FIRST.has(written) || !VERB.test(word);
}

/** A name in small letters where only a person can stand: no ordinary word, verb or assistant. */
function smallName(value: string): boolean {
  return value === value.toLowerCase() && value.split(" ").every(isSmallName);
}

const PARTICLE_OF_MANY = /^[Dd](?:e|el|i|a|o|os|as)(?: la| los)? /u;

/** A particle and a surname behind a name; after those that "of" is too, a listed one. */
function surnameRest(value: string): boolean {
  const surname = value.split(" ").pop() ?? "";
  return LAST.has(surname) || (!PARTICLE_OF_MANY.test(value) && !isOrdinary(surname));
}

const NO_MENTION = new Set(
  "everyone here channel all override property dataclass param return returns types media import app test".split(" "),
);

/** Who is spoken to by a handle: no group and no word of a program. */
function mention(value: string): boolean {
  const handle = value.slice(1).toLowerCase();
  return !NO_MENTION.has(handle) && !COMMON.has(handle);
}

/** A name behind a form's label, of words too: its surname, or the first name behind a comma, is one. */
function labelledName(value: string): boolean {
  const comma = value.indexOf(", ");
  if (comma >= 0) return isGiven(value.slice(comma + 2));
  const last = value.split(" ").pop() ?? "";
  return isGiven(last) || LAST.has(last) || !COMMON.has(last.toLowerCase());
}

export const PEOPLE: Record<string, (value: string) => boolean> = {
  surname_first: surnameFirst,
  capital_surname: capitalSurname,
  nick,
  /** A first name that is a word too, no place and no month. */
  word_name: (value) => CONTEXT_FIRST.has(value) && !NO_PERSON.has(value),
  house,
  cottage,
  address_cell: addressCell,
  /** A name in small letters where somebody says who they are: no ordinary word. */
  said_name_small: (value) => value === value.toLowerCase() && value.split(" ").every((word) => !COMMON.has(word)),
  told_name: toldName,
  small_name: smallName,
  /** A first name in small letters that is no other word. */
  first_small: (value) => FIRST.has(capitalised(value)) && smallName(value),
  surname_rest: surnameRest,
  mention,
  small_street: smallStreet,
  lower_town: lowerTown,
  street_foreign: streetForeign,
  labelled_name: labelledName,
};
