/** Named checks of what a rule matched. `backend/reports/redaction/validators.py` says the same, line by line. */
import { IDENTIFIERS } from "./identifiers";
import { COMMON, CONTEXT_FIRST, FIRST, PUBLIC, WORDS } from "./lists";
import { HOLE, PASSWORDS } from "./passwords";
import { PEOPLE } from "./people";
import { PLACES, placesBut } from "./places";

const GENERIC_USERS = new Set(
  "user users username ubuntu root admin administrator runner app shared public default guest me you name home node vagrant pi ec2-user share intent login explore hashtag search company student git www-data deploy centos debian fedora azureuser opc core postgres mysql hadoop jenkins your-user yourname myuser someuser".split(" "),
);
const MEDIA = new Set(
  "cdrom dvd usb disk data floppy images image img uploads upload files photos pictures video videos audio music documents docs static css js fonts icons avatars thumbnails cache external storage sd sdcard backup backups library assets content posts products profile profiles nas movies tv downloads logos media".split(" "),
);
const IBAN_LENGTHS = new Map(
  Object.entries({
    AD: 24, AE: 23, AL: 28, AT: 20, AZ: 28, BA: 20, BE: 16, BG: 22, BH: 22, BR: 29,
    CH: 21, CR: 22, CY: 28, CZ: 24, DE: 22, DK: 18, DO: 28, EE: 20, EG: 29, ES: 24,
    FI: 18, FO: 18, FR: 27, GB: 22, GE: 22, GI: 23, GL: 18, GR: 27, GT: 28, HR: 21,
    HU: 28, IE: 22, IL: 23, IS: 26, IT: 27, JO: 30, KW: 30, KZ: 20, LB: 28, LI: 21,
    LT: 20, LU: 20, LV: 21, MC: 27, MD: 24, ME: 22, MK: 19, MR: 27, MT: 31, MU: 30,
    NL: 18, NO: 15, PK: 24, PL: 28, PS: 29, PT: 25, QA: 29, RO: 24, RS: 22, SA: 24,
    SE: 24, SI: 19, SK: 24, SM: 27, TN: 24, TR: 26, UA: 29, VA: 22, VG: 24, XK: 20,
  }),
);

const digitsOf = (value: string): string => value.replace(/[^0-9]/gu, "");
const compactOf = (value: string): string => value.replace(/[ .-]/gu, "");

/** Whether the last digit is the check digit of the others. */
function luhn(value: string): boolean {
  const digits = digitsOf(value);
  let total = 0;
  [...digits].reverse().forEach((digit, place) => {
    const number = Number(digit) * (place % 2 ? 2 : 1);
    total += number > 9 ? number - 9 : number;
  });
  return total % 10 === 0 && new Set(digits).size > 1;
}

// Prefix and length of the networks that issue cards.
const CARD =
  /^(?:4(?:[0-9]{12}|[0-9]{15}|[0-9]{18})|5[1-5][0-9]{14}|2[2-7][0-9]{14}|3[47][0-9]{13}|(?:2131|1800)[0-9]{11}|3[0689][0-9]{12}|35[0-9]{14,17}|(?:5[0678]|6[0-9])[0-9]{10,17})$/u;

function card(value: string): boolean {
  return CARD.test(digitsOf(value)) && luhn(value);
}

function iban(value: string): boolean {
  const compact = compactOf(value).toUpperCase();
  if (IBAN_LENGTHS.get(compact.slice(0, 2)) !== compact.length) return false;
  let rest = 0;
  for (const character of compact.slice(4) + compact.slice(0, 4)) {
    const number = character >= "0" && character <= "9" ? Number(character) : character.charCodeAt(0) - 55;
    rest = (rest * (number > 9 ? 100 : 10) + number) % 97;
  }
  return rest === 1;
}

function ssn(value: string): boolean {
  const digits = digitsOf(value);
  const area = digits.slice(0, 3);
  return area !== "000" && area !== "666" && area < "900" && digits.slice(3, 5) !== "00" && digits.slice(5) !== "0000";
}

function email(value: string): boolean {
  return !value.startsWith("git@") && !value.includes("..");
}

function mac(value: string): boolean {
  return new Set(value.replace(/[:-]/gu, "").toLowerCase()).size > 1;
}

function publicIpv4(value: string): boolean {
  const texts = value.split(".");
  const parts = texts.map(Number);
  if (parts.some((part) => part > 255) || texts.some((part) => part.length > 1 && part.startsWith("0"))) return false;
  const [a = 0, b = 0] = parts;
  const isSpecial = a === 0 || a === 10 || a === 127 || a >= 224 || (a === 192 && b === 168) || (a === 169 && b === 254) || (a === 198 && b === 18);
  const isPrivate = (a === 172 && b >= 16 && b <= 31) || (a === 100 && b >= 64 && b <= 127);
  const isSample = ["192.0.2.", "198.51.100.", "203.0.113."].some((start) => value.startsWith(start));
  const isVersion = parts.every((part) => part < 20);
  return !(isSpecial || isPrivate || isSample || isVersion);
}

/** An IPv4 address within an IPv6 one, unless private; such come from logs, never from manuals. */
function mappedIpv4(value: string): boolean {
  const [before = "", last = ""] = value.split(":").slice(-2);
  const [high, low] = [parseInt(before, 16), parseInt(last, 16)];
  const parts = last.includes(".") ? last.split(".").map(Number) : [high >> 8, high & 255, low >> 8, low & 255];
  const [a = 0, b = 0] = parts;
  const isPrivate = a === 0 || a === 10 || a === 127 || (a === 172 && b >= 16 && b <= 31) || (a === 192 && b === 168);
  return Math.max(...parts) <= 255 && !isPrivate;
}

function publicIpv6(value: string): boolean {
  const lower = value.toLowerCase();
  const groups = lower.split(":").filter((group) => group !== "");
  const double = lower.split("::").length - 1;
  if (double > 1 || (double === 0 && groups.length !== 8) || groups.length > 8) return false;
  if (!groups.some((group) => /[a-z]/u.test(group) || group.length > 2)) return false;
  return !["fe8", "fe9", "fea", "feb", "fc", "fd", "2001:db8", "::1"].some((start) => lower.startsWith(start));
}

function coordinates(value: string): boolean {
  const plain = value.replace(/[°NS]/gu, "");
  const comma = plain.indexOf(",");
  const north = Math.abs(Number(plain.slice(0, comma).trim()));
  const east = Math.abs(Number(plain.slice(comma + 1).trim()));
  return north <= 90 && east <= 180 && Math.max(north, east) >= 10;
}

// A date with its year, first or last, whatever follows; or a whole date with two digits of it.
const DATE =
  /^(?:(?:19|20)[0-9]{2}[ ./-][0-9]{1,2}[ ./-][0-9]{1,2}(?![0-9])|[0-9]{1,2}[ ./-][0-9]{1,2}[ ./-](?:(?:19|20)[0-9]{2}(?![0-9])|[0-9]{2}(?![ 0-9./-])))/u;
const STEPS = ["01 02 03", "02 03 04", "01-02-03", "02 04 06", "05 10 15"];

function phone(value: string): boolean {
  const digits = digitsOf(value.split(/[xX]|ext|EXT|Ext/u)[0] ?? "");
  if (digits.length < (value.startsWith("+") ? 8 : 7) || digits.length > 15 || new Set(digits).size < 3) return false;
  return !DATE.test(value) && !STEPS.some((step) => value.startsWith(step));
}

/** A number that is called one: no decimal, no plain range, no telling round number. */
function phoneSaid(value: string): boolean {
  return !/^(?:[0-9]+[.][0-9]+|[1-9][0-9]{3,}[-/][1-9][0-9]{3,}|[1-9][0-9]{0,8}000)$/u.test(value) && phone(value);
}

/** A number where somebody is told to call: eight digits or more, or in groups. */
function phoneLong(value: string): boolean {
  return phoneSaid(value) && (digitsOf(value).length >= 8 || /[ -]/u.test(value));
}

/** Digits in one piece that are no round number and no row of digits. */
function mobile(value: string): boolean {
  return !value.endsWith("0000") && !/^(?:0123456789|1234567890|1357924680|0987654321)/u.test(value) && phone(value);
}

/** The first capitalised word is no ordinary one. */
function address(value: string): boolean {
  const first = value.split(/[ ,\n]/u).find((word) => /^\p{Lu}/u.test(word));
  return first !== undefined && !WORDS.has(first);
}

function userName(value: string): boolean {
  return !GENERIC_USERS.has(value.toLowerCase()) && !HOLE.test(value);
}

/** The folder of a person's own disks; what a site or a player keeps there has other names. */
function mediaUser(value: string): boolean {
  return !MEDIA.has(value) && !COMMON.has(value) && userName(value);
}

export function isName(value: string): boolean {
  const first = value.split(/[ '’.-]/u)[0] ?? "";
  return !WORDS.has(value.split(" ")[0] ?? "") && [...first].length > 1 && !isUpper(value);
}

/** As Python's `isupper`, for what a name can hold: at least one letter with case, and none lower. */
function isUpper(value: string): boolean {
  return /\p{Lu}/u.test(value) && !/[\p{Ll}\p{Lt}]/u.test(value);
}

const SURNAME =
  /^\p{L}{2,20}(?:sson|sdóttir|ssen|sen|quist|qvist|ović|ovic|ević|evic|ovich|evich|enko|chuk|wski|wska|lski|lska|cki|cka|czyk|czak|ova|eva|ová|yan|dze|shvili|nen|gaard|oğlu|oglu|poulos|akis|idis|escu|ić|ski|wicz|czek|marek|ström|lund|ández|andez|ínez|inez|íguez|iguez|guez|ález|alez|lini|etti|elli|berger|baum)$/u;

/** A known first name and something that may be a surname, or any with a telling surname. */
function fullName(value: string): boolean {
  const words = value.split(" ").filter((word) => !word.endsWith(".") && [...word].length > 1);
  const [first = "", second = ""] = words;
  const last = words[words.length - 1] ?? "";
  if (words.length < 2 || WORDS.has(last) || WORDS.has(second) || PUBLIC.has(value)) return false;
  if (FIRST.has(first) || FIRST.has(first.split("-")[0] ?? "") || CONTEXT_FIRST.has(first)) return true;
  return !WORDS.has(first) && SURNAME.test(last);
}

/** A name that somebody wrote small. */
function lowerName(value: string): boolean {
  const first = value.split(" ")[0] ?? "";
  return FIRST.has(first.charAt(0).toUpperCase() + first.slice(1));
}

/** What a person can be called in "call me" that is no name. */
const NO_NAME = new Set("asap anytime maybe whenever sir ishmael".split(" "));

/** What somebody says is their name, in small letters: no ordinary word, unless names have it too. */
function saidName(value: string): boolean {
  const first = value.split(" ")[0] ?? "";
  return lowerName(value) || !(COMMON.has(first) || NO_NAME.has(first));
}

const WRITTEN = /^(?:[^ ]*[0-9._+-][^ ]*|[^ ]+[ ](?!at[ ]).*)$/iu;

/** An e-mail address in words: what stands before its "at" is no ordinary word ("met at ..."). */
function emailSaid(value: string): boolean {
  return !COMMON.has((value.split(" ")[0] ?? "").toLowerCase()) || WRITTEN.test(value);
}

const FIELD_NAME = /^\p{Lu}[\p{L}\p{M}' .-]{1,40}$/u;

const TIMES: Record<string, number> = { double: 2, doppel: 2, triple: 3, treble: 3 };
const SPOKEN = new Map(
  [
    "zero oh null zéro cero nul", "one eins un uno een um", "two zwei zwo deux dos due twee dois",
    "three drei trois tres tre drie três", "four vier quatre cuatro quattro quatro",
    "five fünf cinq cinco cinque vijf", "six sechs seis sei zes", "seven sieben sept siete sette zeven sete",
    "eight acht huit ocho otto oito", "nine neun neuf nueve nove negen",
  ].flatMap((words, digit) => words.split(" ").map((word) => [word, String(digit)] as const)),
); // prettier-ignore

/** Digits in words: as many as a number has, not counted up or down. */
function spoken(value: string): boolean {
  let digits = "";
  let times = 1;
  for (const word of value.toLowerCase().match(/[^ ,-]{1,12}/gu) ?? []) {
    digits += (SPOKEN.get(word) ?? "").repeat(times);
    times = TIMES[word] ?? 1;
  }
  const steps = [...digits].slice(1).map((digit, at) => Number(digit) - Number(digits[at]));
  const counted = 2 * Math.max(...[1, -1].map((by) => steps.filter((step) => step === by).length));
  const isCounting = counted > steps.length && !digits.startsWith("0");
  return digits.length >= 7 && new Set(digits).size > 2 && !isCounting;
}

const BIRTH_CELL = /^[\p{L}0-9 .,/年月日년월일-]{6,30}$/u;
const OLD = /(?<![0-9])1[0-8][0-9]{2}(?![0-9])/u;
const NAME_CELL = /^(?:\p{Lu}|\p{Lo})[\p{L}\p{M}' .,-]{0,40}$/u;

const NO_HANGUL = /^(?:[가-힣]{1,3}[인생자가사장님]|이것은?|그것은?|저것은?)$/u;
const NO_KANJI =
  /^(?:.*[者員屋客業師神王様方民主友医生達]|皆|奥|娘|息子|旦那|お?[兄姉父母]|何|誰|患者|御社|貴社|弊社|店|警察|同|両|各|[摂華])$/u;
const INDIAN =
  /(?<!\p{L})(?:Road|Rd|Marg|Nagar|Colony|Layout|Street|Sector|Chowk|Gali|Cross|Vihar|Enclave|Bazaa?r|Apartments?|Society|Phase|Block|Flat|Plot|Lane|Puram|Ganj|Bagh|Estate|Towers?)(?!\p{L})/u;

/** By the names that rules.json uses. */
export const VALIDATORS: Record<string, (value: string) => boolean> = {
  ...IDENTIFIERS,
  ...PASSWORDS,
  ...PLACES,
  ...placesBut(WORDS, COMMON, FIRST),
  ...PEOPLE,
  /** After "I am" in Korean: what does not end as nouns of nations and trades do. */
  hangul_name: (value) => !NO_HANGUL.test(value),
  /** Before "san" in Japanese: no trade and no relative. */
  kanji_name: (value) => !NO_KANJI.test(value),
  /** A row of capitalised words with a six-digit code at its end names a street or a quarter. */
  indian_address: (value) => INDIAN.test(value),
  luhn, card, iban, ssn, email, mac, coordinates, phone, mobile, address,
  mapped_ipv4: mappedIpv4,
  public_ipv4: publicIpv4,
  public_ipv6: publicIpv6,
  user_name: userName,
  media_user: mediaUser,
  name: isName,
  /** Who is greeted or thanked: a person, and no assistant. */
  greeted: (value) => isName(value) && !PUBLIC.has(value),
  full_name: fullName,
  lower_name: lowerName,
  said_name: saidName,
  email_said: emailSaid,
  /** What stands in a field for a person's name: a capital, and no word of a program. */
  field_name: (value) => FIELD_NAME.test(value) && !COMMON.has(value.toLowerCase()),
  /** A day in the column of birthdays, of somebody who may be alive. */
  birth_cell: (value) => digitsOf(value).length >= 3 && BIRTH_CELL.test(value) && !OLD.test(value),
  /** What stands in the column of persons' names: capitals or a script without them, no ordinary word. */
  name_cell: (value) => NAME_CELL.test(value) && !COMMON.has(value.toLowerCase()),
  /** A user in a line of a log: no generic one, no ordinary word. */
  log_user: (value) => userName(value) && !COMMON.has(value.toLowerCase()),
  phone_said: phoneSaid,
  phone_long: phoneLong,
  spoken,
  unknown_word: (value) => !PUBLIC.has(value) && value.split(" ").every((word) => !WORDS.has(word)),
};
