/** Checks of addresses, plates and users. `backend/reports/redaction/places.py` says the same, line by line. */

const SPACES = /[ ,\n;>?]{1,12}/u;
const CAPITAL = /^\p{Lu}/u;
const LETTER = /[A-Za-zÄÖÜА-Я京-龥가-힣]/u;
const YEAR = /(?<![0-9])(?:19|20)[0-9]{2}(?![^\n])/u;
/** What has a number and is no street. */
const NUMBERED = new Set(
  "Terminal Gate Platform Station Room Exit Level Chapter Page Version Section Line Bus Track Table Figure Step Part Day Phase Pier Dock Hall Stage Episode Season Windows Python Java Task Question".split(" "),
);
/** Short words with a capital that no town has. */
const TITLES = new Set("St Dr Mr Mrs Ms Prof Tel Fax Nr No Herr Frau Mobil Phone Email E-Mail".split(" "));
const LINKS = new Set(
  "and or but the a an of for to we i you he she it they is are was were be been has have had do does did will would can could should on at in by with from than then that this there if as so not no my your our his her their about every per each earn pay paid cost costs und oder der die das ist sind et est sont dans avec pour qui que y es son con para per che e".split(" "),
);
const NO_STREET = new Set(
  "mile miles hour hours minute minutes day days km way lane step steps min feet ft people cars percent years year times main open wide busy long different other more new city same single".split(" "),
);
const MONTHS = new Set(
  "January February March April May June July August September October November December Januar Februar März Mai Juni Juli Oktober Dezember Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split(" "),
);
const NO_PLACE = new Set(
  "Jahr Jahre Jahren Kapitel Seite Gruppe Beispiel Fall Abschnitt Artikel Aufgabe Übung Tabelle Abbildung Schritt Teil Band Punkt Stufe Klasse Raum Zimmer Woche Tag Platz Stock Etage Alter Zeile Spalte Version Liga Top Paragraph Satz Absatz Quartal Runde Minute Level Phase Saal Halle Gate Gleis Linie Bus Tram Spiel Größe Position Nummer Frage Antwort Vers Verhältnis Film Buch Ebene Stelle Monat Stunde Sekunde Spieltag Semester Modul Test Lektion Einheit Schuljahr".split(" "),
);

/** Compounds that end as ways do and are none. */
const NO_WAY = new Set(
  "Hintergrund Vordergrund Untergrund Aufgrund Abgrund Beweggrund Anhang Vorhang Umhang Überhang Zusammenhang Dekade Dateipfad Ausweg Umweg Feldweg Radweg Gehweg Arbeitsplatz Parkplatz Sitzplatz Stellplatz Spielplatz Norweg Bahnhof Hauptbahnhof Friedhof Supermarkt Jahrmarkt Raumhöhe Gesamthöhe Hering".split(" "),
);

type Check = (value: string) => boolean;

const wordsOf = (value: string): string[] => value.split(SPACES).filter((word) => word !== "");
const namedIn = (value: string): string[] => wordsOf(value).filter((word) => CAPITAL.test(word));
const digitsIn = (value: string): number => value.replace(/[^0-9]/gu, "").length;

/** The checks that need the lists of ordinary words, with a capital and without, and of first names. */
export function placesBut(
  words: ReadonlySet<string>, common: ReadonlySet<string>, first: ReadonlySet<string>,
): Record<string, Check> {
  const isName = (word: string): boolean => !(words.has(word) || MONTHS.has(word) || NUMBERED.has(word));
  /** Whether the first capitalised word is neither one of these, nor a month, a day or a platform. */
  const street: Check = (value) => namedIn(value).slice(0, 1).some(isName);
  const isTown = (word: string): boolean => {
    const isOrdinary = words.has(word) && common.has(word.toLowerCase());
    return !(isOrdinary || MONTHS.has(word) || TITLES.has(word) || word.includes("."));
  };
  /** Whether any capitalised word may be a town's: no month, no title, nothing short or ordinary. */
  const place: Check = (value) => namedIn(value).some(isTown);
  return {
    street,
    /** A street where somebody is said to live: no ordinary word, and no town with a year. */
    home: (value) => street(value) && !YEAR.test(value),
    place,
    /** A town before a ZIP code that is no round number. */
    us_town: (value) => place(value) && !value.endsWith("000"),
    /** Whether the word before the number is a street's: no ordinary compound, and nothing that is numbered. */
    compound_street: (value) => {
      const last = namedIn(value).pop();
      if (last === undefined) return false;
      return ![words, NO_PLACE, NO_WAY, MONTHS].some((each) => each.has(last)) && !common.has(last.toLowerCase());
    },
    /** A town behind an address in the middle of a sentence: no ordinary word, no month, nobody's first name. */
    town_said: (value) => {
      const named = namedIn(value)[0] ?? "";
      return place(value) && !words.has(named) && !first.has(named);
    },
  };
}

/** A street that begins with a preposition in German: no chapter, no year, no day. */
function dePlace(value: string): boolean {
  const words = wordsOf(value);
  const named = words[words.length - 2] ?? "";
  return !NO_PLACE.has(named) && !MONTHS.has(named);
}

/** The end of an address in small letters: no word that only sentences have. */
function lowerPlace(value: string): boolean {
  return wordsOf(value).every((word) => !LINKS.has(word.toLowerCase()));
}

/** A number and a street in small letters: no measure, no word that only sentences have. */
function lowerStreet(value: string): boolean {
  return lowerPlace(value) && wordsOf(value).slice(1, -1).every((word) => !NO_STREET.has(word));
}

const QUARTER =
  /(?<!\p{L})(?:Road|Rd|Marg|Nagar|Colony|Layout|Street|Sector|Chowk|Gali|Cross|Vihar|Enclave|Phase|Block|Lane|Puram|Ganj|Bagh|Estate|Towers?|Apartments?|Society|Hills)(?!\p{L})|,[ ]/u;
const RURAL = /^(?:[0-9].*|.*(?:County|Rural|Township|Farm|Star|Box|Lot|Site).*)$/u;

/** Three digits or more, or two and letters, as in no word and no small number. */
function postcode(value: string): boolean {
  return digitsIn(value) >= 4 || (digitsIn(value) >= 2 && LETTER.test(value));
}

const NO_FIELD = /^(?:[0-9A-Fa-fx.:/-]+|.*(?::\/\/|[@(){}=]).*)$/u;

/** Letters and two digits or more, five to nine together. */
function plate(value: string): boolean {
  const compact = value.replace(/[^\p{L}\p{N}]/gu, "");
  return compact.length >= 5 && compact.length <= 9 && digitsIn(compact) >= 2 && LETTER.test(compact);
}

const MEETING = /^[a-z]{3}-[a-z]{4}-[a-z]{3}/u;
const HANDLE = /^.*[0-9_@#.-].*[^.].*$/u;

export const PLACES: Record<string, Check> = {
  de_place: dePlace,
  lower_place: lowerPlace,
  lower_street: lowerStreet,
  numbered: (value) => /[0-9]/u.test(value),
  /** A house, plot or flat with a number: a street or a quarter is named too. */
  in_house: (value) => QUARTER.test(value),
  /** A road with a number: one that a house stands at, or that is written out. */
  rural: (value) => RURAL.test(value),
  postcode,
  /** What stands in a field for a street: words and a number, no code, no address of a machine. */
  field_address: (value) => /\p{L}{3}/u.test(value) && !NO_FIELD.test(value),
  plate,
  /** The secret part of a link that opens for whoever has it: digits in it, or a meeting's letters. */
  share_id: (value) => digitsIn(value) >= 2 || MEETING.test(value),
  /** A name on a platform as only names of users are written: a digit or a sign in it. */
  handle: (value) => HANDLE.test(value.replace(/[.]+$/u, "")),
};
