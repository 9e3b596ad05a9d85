/** Named checks of what may be a password or a key. `backend/reports/redaction/passwords.py` says the same, line by line. */
import { COMMON } from "./lists";

/** Words of stand-ins; the short ones only whole, for keys hold three letters of any kind. */
const SAMPLE =
  /example|sample|placeholder|your|change|dummy|secret|password|token|xxxx|redacted|environ|getenv|process[.]env|!vault|config|settings|undefined|insert/iu;
const SAMPLE_WORD =
  /(?<![A-Za-z])(?:null|none|true|false|tests?|testing|foo|foobar|bar)(?![a-z])|(?<![A-Z])(?:Null|None|True|False|Tests?|Testing|Foo|Bar|Here)(?![a-z])|(?<![A-Za-z])(?:NULL|NONE|TRUE|FALSE|TESTS?|FOO|FOOBAR|BAR|HERE)(?![A-Za-z])|here(?![A-Za-z0-9])/u;
/** Where a program or a person puts the real value in: a whole $NAME, %s, %NAME%; no dollar within a word, no %2F of an address. */
export const HOLE =
  /[{}<>]|(?<![A-Za-z0-9])[*]|[*](?![A-Za-z0-9])|[.]{3}|…|[$](?:[(]|[0-9](?![0-9A-Za-z]))|(?<![^:/@=.,_ -])[$][A-Za-z_][A-Za-z0-9_]*(?![A-Za-z0-9_$!?#%&+])|^[$].*[$]$|%[sdruifgpxq@](?![A-Za-z0-9])|%0[0-9]{1,2}[dxX](?![A-Za-z0-9])|%[(.]|%[A-Za-z_][A-Za-z0-9_]{2,40}%(?![0-9A-Fa-f]{2})|^[0-9.,]+%(?![0-9A-Fa-f]{2})|%[YmdHMSy](?:[%_.:/-]|$)/u;

function bits(value: string): number {
  const characters = [...value];
  const counts = new Map<string, number>();
  for (const character of characters) counts.set(character, (counts.get(character) ?? 0) + 1);
  let sum = 0;
  for (const count of counts.values()) sum -= (count / characters.length) * Math.log2(count / characters.length);
  return sum;
}

function isStandIn(value: string): boolean {
  return SAMPLE.test(value) || SAMPLE_WORD.test(value);
}

function entropy(value: string): boolean {
  return !HOLE.test(value) && bits(value) >= 3;
}

function notTemplate(value: string): boolean {
  return !HOLE.test(value) && !isStandIn(value);
}

function secretValue(value: string): boolean {
  if (HOLE.test(value) || isStandIn(value) || value.endsWith(".")) return false;
  if (!/[0-9]/u.test(value) || /^[0-9.,:/-]+$/u.test(value)) return false;
  return [...value].length >= 8 && bits(value) >= 2.5;
}

const PLAIN = /^(?:[a-z]{1,12}|[A-Z]?[a-z]{0,12}(?:[_. -][A-Za-z]{1,20}){1,6}|[/.~#].*|[a-z]+:.*)$/u;
const PLAIN_KEYS = /^[A-Z0-9_]*_(?:KEY|TOKEN|SECRET|PASSWORD|ID)$/u;

/** What a program assigns to a password: no stand-in, no word, no path, no other name. */
function quotedSecret(value: string): boolean {
  if (HOLE.test(value) || isStandIn(value) || /^[0-9.,:/-]+$/u.test(value)) return false;
  return !PLAIN_KEYS.test(value) && !PLAIN.test(value) && bits(value) >= 1.9;
}

const STAND_IN = /change_?me|example|placeholder|your|redacted|insert/iu;
const NO_PASSWORD =
  /^(?:(?:[a-z]{1,10}[.][A-Za-z_]{1,30}|required|string|str|text|optional|none|null|nil|hidden|input|field|!vault|true|false|undefined|pass(?:word|wd)?|pwd|secret|env|prompt|xxxx+|[*]+|[.]+)[.:!?]?|https?:.*|[/.~].*|[0-9]{1,4})$/iu;

/** Whatever is assigned to a password, plain words too; but no stand-in, type, path or call. */
function passwordValue(value: string): boolean {
  return !HOLE.test(value) && !STAND_IN.test(value) && !NO_PASSWORD.test(value);
}

/** A string of letters and digits that no word is: at least four digits, and mixed. */
function code(value: string): boolean {
  const isMixed = (value.match(/[0-9]/gu) ?? []).length >= 4 && bits(value) >= 2.8;
  return isMixed && !HOLE.test(value) && !isStandIn(value);
}

/** What follows an option such as --password: something with a digit or a sign in it. */
function optionSecret(value: string): boolean {
  return !value.startsWith("-") && saidSecret(value) && !isStandIn(value);
}

function saidSecret(value: string): boolean {
  const trimmed = value.replace(/[.!?]+$/u, "");
  if (HOLE.test(trimmed) || [...trimmed].length < 4) return false;
  // What only has letters, dots and underscores is a word or a name in a program.
  return /[0-9!@#^&+=]/u.test(trimmed);
}

// 8-stellig, 8-20, SHA256: what a sentence about passwords says of them.
const ABOUT =
  /^(?:[0-9]{1,3}[-+]?[0-9]{0,3}[-+]?\p{Ll}*|[0-9]{1,3}[-/][0-9]{1,3}|(?:sha|md|aes|ccmp|base|utf|win|iso|wpa|tls|ssl|rsa|http|ipv|oauth|argon|tkip)[-_]?[0-9].*)$/iu;

/** What follows the word for a password in any language: no word, no remark about passwords. */
function toldSecret(value: string): boolean {
  const trimmed = value.replace(/[.!?:]+$/u, "");
  const isAbout = ABOUT.test(trimmed) && !/^[0-9]{4,}$/u.test(trimmed);
  return saidSecret(value) && !isAbout && !isStandIn(value);
}

/** What somebody says a password is: mixed, or letters that are no word. */
function strangeSecret(value: string): boolean {
  const trimmed = value.replace(/[.!?:,;)]+$/u, "");
  const isStrange = /^[A-Za-z]{8,40}$/u.test(trimmed) && !COMMON.has(trimmed.toLowerCase());
  const isMixed = [...trimmed].length >= 8 && /[0-9]/u.test(trimmed) && /[a-z][A-Z]|[A-Z].*[a-z].*[A-Z]/u.test(trimmed);
  return toldSecret(trimmed) || ((isStrange || isMixed) && !isStandIn(trimmed));
}

/** What follows a short or doubtful word for a password: letters and digits, six or more. */
function mixedSecret(value: string): boolean {
  return [...value].length >= 6 && /[A-Za-z]/u.test(value) && /[0-9]/u.test(value) && toldSecret(value);
}

/** What follows a word that has other meanings too: small, large and digits, eight or more. */
function strongSecret(value: string): boolean {
  return [...value].length >= 8 && /[a-z]/u.test(value) && /[A-Z]/u.test(value) && mixedSecret(value);
}

/** A name and a password. */
function loginPair(value: string): boolean {
  const parted = /[ ]?[:/][ ]?|,[ ]/u.exec(value);
  return strongSecret(parted ? value.slice(parted.index + parted[0].length) : value);
}

/** A name and a password with a colon between, as a command takes them. */
function userPassword(value: string): boolean {
  return passwordValue(value.slice(value.indexOf(":") + 1)) && !HOLE.test(value);
}

const OPTION = /^(?:ort|ath|[Aa]ssw(?:or)?d|[A-Za-z]{4,12}=.*|[0-9]{1,5}(?::[0-9]{1,5})?)$/u;

/** What stands behind -p of a command that takes a password there; no port and no other option. */
function commandPassword(value: string): boolean {
  return !OPTION.test(value) && !value.startsWith("-") && passwordValue(value);
}

/** By the names that rules.json uses. */
export const PASSWORDS: Record<string, (value: string) => boolean> = {
  entropy,
  not_template: notTemplate,
  secret_value: secretValue,
  quoted_secret: quotedSecret,
  password_value: passwordValue,
  code,
  option_secret: optionSecret,
  said_secret: saidSecret,
  told_secret: toldSecret,
  strange_secret: strangeSecret,
  mixed_secret: mixedSecret,
  strong_secret: strongSecret,
  login_pair: loginPair,
  user_password: userPassword,
  command_password: commandPassword,
};
