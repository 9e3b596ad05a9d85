/** The proof of work before a start: it makes a thousand installs cost a thousand times as much. */
import { solveChallenge, type Solution } from "altcha-lib";
import { deriveKey } from "altcha-lib/algorithms/web/pbkdf2";
import type { Challenge } from "altcha-lib/types";

/** Iterations that a solution may take on average, over all tries: some ten seconds of one core. */
const WORK_MAX = 256 * 100_000;
const KEY_BYTES_MAX = 32;
const SOLVE_MS_MAX = 120_000;

/**
 * The solution of a challenge; null if it asks for too much or for something else. How long it took
 * would tell machines apart, so it is not told.
 */
export async function solve(challenge: Challenge): Promise<Solution | null> {
  if (!isReasonable(challenge)) return null;
  try {
    const solution = await solveChallenge({ challenge, deriveKey, timeout: SOLVE_MS_MAX });
    return solution && { ...solution, time: 0 };
  } catch {
    return null;
  }
}

function isReasonable({ parameters }: Challenge): boolean {
  const asked: Partial<typeof parameters> = parameters;
  const { algorithm, cost, keyLength = KEY_BYTES_MAX, keyPrefix = "" } = asked;
  return (
    algorithm === "PBKDF2/SHA-256" &&
    /^[0-9a-f]+$/.test(keyPrefix) &&
    isWhole(keyLength, KEY_BYTES_MAX) &&
    isWhole(cost, WORK_MAX / 16 ** keyPrefix.length)
  );
}

function isWhole(value: unknown, most: number): boolean {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= most;
}
