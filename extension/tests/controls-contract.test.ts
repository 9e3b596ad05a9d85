/** What ratings, exposures and drift reports may look like; the server reads the same files. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";

const CONTRACT = join(import.meta.dirname, "../../tests/contract");
const CONTROLS = [
  ["ratings", "rating_v1"],
  ["exposures", "exposure_v1"],
  ["drift", "drift_v1"],
] as const;

function read(path: string): unknown {
  return JSON.parse(readFileSync(join(CONTRACT, path), "utf8"));
}

function examples(folder: string): [string, unknown][] {
  return readdirSync(join(CONTRACT, folder)).map((name) => [name, read(`${folder}/${name}`)]);
}

describe.each(CONTROLS)("the contract of %s", (folder, schema) => {
  const ajv = new Ajv2020({ allErrors: true, strictTypes: false });
  const isValid = ajv.compile(read(`${schema}.schema.json`) as object);

  it("has examples of both kinds", () => {
    expect(examples(`${folder}/accepted`).length).toBeGreaterThanOrEqual(2);
    expect(examples(`${folder}/rejected`).length).toBeGreaterThanOrEqual(15);
  });

  it.each(examples(`${folder}/accepted`))("accepts %s", (_, payload) => {
    isValid(payload);
    expect(isValid.errors).toBeNull();
  });

  it.each(examples(`${folder}/rejected`))("rejects %s", (_, example) => {
    expect(Object.keys(example as object).sort()).toEqual(["payload", "why"]);
    expect(isValid((example as { payload: unknown }).payload)).toBe(false);
  });
});
