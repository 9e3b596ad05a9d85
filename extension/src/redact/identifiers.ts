/** Check digits of national numbers. `backend/reports/redaction/identifiers.py` says the same, line by line. */

const numbersOf = (value: string): number[] => [...value.replace(/[^0-9]/gu, "")].map(Number);
const compactOf = (value: string): string => value.replace(/[^0-9A-Za-z]/gu, "").toUpperCase();
const varies = (digits: readonly number[]): boolean => new Set(digits).size > 1;

function weighted(digits: readonly number[], weights: readonly number[]): number {
  return weights.reduce((sum, weight, place) => sum + weight * (digits[place] ?? 0), 0);
}

/** Spain: a letter by the number modulo 23; X, Y and Z of foreigners count as 0, 1 and 2. */
function dni(value: string): boolean {
  const compact = compactOf(value);
  const first = compact.charAt(0);
  const lead = { X: "0", Y: "1", Z: "2" }[first] ?? first;
  return "TRWAGMYFPDXBNJZSQVHLCKE".charAt(Number(lead + compact.slice(1, -1)) % 23) === compact.slice(-1);
}

/** Brazil, persons: two check digits modulo 11. */
function cpf(value: string): boolean {
  const digits = numbersOf(value);
  if (digits.length !== 11 || !varies(digits)) return false;
  return [9, 10].every((size) => {
    const total = digits.slice(0, size).reduce((sum, digit, place) => sum + digit * (size + 1 - place), 0);
    return ((total * 10) % 11) % 10 === digits[size];
  });
}

/** Brazil, businesses, which may be one person's: two check digits modulo 11. */
function cnpj(value: string): boolean {
  const digits = numbersOf(value);
  const weights = [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2];
  if (digits.length !== 14 || !varies(digits)) return false;
  return [12, 13].every((size) => {
    const rest = weighted(digits, weights.slice(13 - size)) % 11;
    return (rest < 2 ? 0 : 11 - rest) === digits[size];
  });
}

/** France: 97 minus the number modulo 97; the departments of Corsica count as 19 and 18. */
function nir(value: string): boolean {
  const compact = compactOf(value).replaceAll("2A", "19").replaceAll("2B", "18");
  return 97n - (BigInt(compact.slice(0, 13)) % 97n) === BigInt(compact.slice(13));
}

/** China: ISO 7064 MOD 11-2, as GB 11643 has it. */
function residentId(value: string): boolean {
  const compact = compactOf(value);
  const total = [...compact.slice(0, 17)].reduce((sum, digit, place) => sum + Number(digit) * (2 ** (17 - place) % 11), 0);
  return "10X98765432".charAt(total % 11) === compact.charAt(17);
}

/** Netherlands: the test of eleven, where the last digit counts minus one. */
function bsn(value: string): boolean {
  const digits = numbersOf(value);
  return digits.length === 9 && varies(digits) && weighted(digits, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0;
}

/** Poland, persons: a date, whose month tells the century too, and a check digit. */
function pesel(value: string): boolean {
  const digits = numbersOf(value);
  const [, , a = 0, b = 0, c = 0, d = 0] = digits;
  const [month, day] = [(a * 10 + b) % 20, c * 10 + d];
  if (digits.length !== 11 || month < 1 || month > 12 || day < 1 || day > 31) return false;
  return weighted(digits, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0;
}

/** Poland, taxes: a check digit modulo 11. */
function nip(value: string): boolean {
  const digits = numbersOf(value);
  return digits.length === 10 && varies(digits) && weighted(digits, [6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 === digits[9];
}

const ODD = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

/** Italy: a letter modulo 26, where the first, third ... characters have values of their own. */
function codiceFiscale(value: string): boolean {
  const places = [...compactOf(value)].map((c) => (c >= "A" ? c.charCodeAt(0) - 65 : Number(c)));
  const total = places.slice(0, 15).reduce((sum, n, at) => sum + (at % 2 === 0 ? (ODD[n] ?? 0) : n), 0);
  return places.length === 16 && total % 26 === places[15];
}

/** Germany, taxes: ISO 7064 MOD 11,10. */
function steuerId(value: string): boolean {
  const digits = numbersOf(value);
  let product = 10;
  for (const digit of digits.slice(0, 10)) product = (((digit + product) % 10 || 10) * 2) % 11;
  return digits.length === 11 && digits[0] !== 0 && (11 - product) % 10 === digits[10];
}

/** United Kingdom, insurance: no check digit, but pairs of letters that are never given. */
function nino(value: string): boolean {
  return !["BG", "GB", "KN", "NK", "NT", "TN", "ZZ"].includes(compactOf(value).slice(0, 2));
}

/** United Kingdom, health: a check digit modulo 11. */
function nhs(value: string): boolean {
  const digits = numbersOf(value);
  const check = 11 - (weighted(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11);
  return digits.length === 10 && varies(digits) && check % 11 === digits[9];
}

const TIMES = [
  "0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
  "5987604321", "6598710432", "7659821043", "8765932104", "9876543210",
]; // prettier-ignore
const TURN = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];

/** India, persons: Verhoeff's check digit. */
function aadhaar(value: string): boolean {
  const digits = numbersOf(value);
  let check = 0;
  [...digits].reverse().forEach((digit, place) => {
    let turned = digit;
    for (let turns = place % 8; turns > 0; turns -= 1) turned = TURN[turned] ?? 0;
    check = Number(TIMES[check]?.charAt(turned));
  });
  return digits.length === 12 && (digits[0] ?? 0) > 1 && check === 0;
}

/** Japan, persons: a check digit modulo 11. */
function myNumber(value: string): boolean {
  const digits = numbersOf(value);
  const rest = weighted(digits, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
  return digits.length === 12 && varies(digits) && (rest < 2 ? 0 : 11 - rest) === digits[11];
}

/** Switzerland, persons: the check digit of EAN-13. */
function ahv(value: string): boolean {
  const digits = numbersOf(value);
  const total = weighted(digits, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3]);
  return digits.length === 13 && (total + (digits[12] ?? 0)) % 10 === 0;
}

/** Sweden, persons: Luhn's check digit over the last ten. */
function personnummer(value: string): boolean {
  const doubled = numbersOf(value).slice(-10).map((digit, place) => digit * (2 - (place % 2)));
  return doubled.reduce((sum, number) => sum + (number > 9 ? number - 9 : number), 0) % 10 === 0;
}

/** Finland, persons: a sign by the number modulo 31. */
function hetu(value: string): boolean {
  const compact = compactOf(value.charAt(6) === "A" ? value.replace("A", "-") : value);
  return "0123456789ABCDEFHJKLMNPRSTUVWXY".charAt(Number(compact.slice(0, 9)) % 31) === compact.charAt(9);
}

/** Belgium, persons: 97 minus the number modulo 97, with a 2 before it for who was born after 1999. */
function belgian(value: string): boolean {
  const compact = compactOf(value);
  return ["", "2"].some((lead) => 97 - (Number(lead + compact.slice(0, 9)) % 97) === Number(compact.slice(9)));
}

/** Argentina, taxes: a check digit modulo 11. */
function cuit(value: string): boolean {
  const digits = numbersOf(value);
  const rest = weighted(digits, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
  return digits.length === 11 && (11 - rest) % 11 === digits[10];
}

/** Chile, persons: a check sign modulo 11, where K is ten. */
function rut(value: string): boolean {
  const compact = compactOf(value);
  const total = numbersOf(compact.slice(0, -1)).reverse().reduce((sum, digit, place) => sum + digit * (2 + (place % 6)), 0);
  return "0K987654321".charAt(total % 11) === compact.slice(-1);
}

const NO_DOCUMENT = /^(?:[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{2,4}|[0-9]{1,4}[.][0-9]{1,12})$/u;

/** What follows the word for a document or a number of a person: four digits, no date, no decimal. */
function document(value: string): boolean {
  const digits = numbersOf(value);
  return compactOf(value).length >= 5 && digits.length >= 4 && varies(digits) && !NO_DOCUMENT.test(value);
}

/** What follows the word for an account: six digits or more that are no round number. */
function account(value: string): boolean {
  const digits = numbersOf(value);
  const isParted = value.includes("-");
  const isTold = new Set(digits).size > (isParted ? 1 : 2);
  return digits.length >= 6 && isTold && (isParted || digits.slice(-3).some((digit) => digit !== 0));
}

/** The address of a wallet: letters and digits mixed, as in no word. */
function chain(value: string): boolean {
  return numbersOf(value).length >= 4 && new Set(value).size >= 12;
}

/** By the names that rules.json uses. */
export const IDENTIFIERS: Record<string, (value: string) => boolean> = {
  dni, cpf, cnpj, nir, bsn, pesel, nip, nino, nhs, aadhaar, ahv, personnummer, hetu, belgian, cuit, rut, document, account, chain,
  resident_id: residentId,
  codice_fiscale: codiceFiscale,
  steuer_id: steuerId,
  my_number: myNumber,
}; // prettier-ignore
