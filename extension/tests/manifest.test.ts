import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import en from "../public/_locales/en/messages.json";
import { version } from "../package.json";
import rules from "../../backend/reports/redaction/rules.json";
import { removalWords } from "../src/strings";
import content from "../src/entrypoints/content";
import config from "../wxt.config";

const ROOT = join(import.meta.dirname, "..");
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");

interface Manifest {
  permissions: string[];
  host_permissions: string[];
  optional_host_permissions: string[];
  incognito: string;
  browser_specific_settings?: { gecko: { data_collection_permissions: { required: string[] } } };
}

function manifestOf(browser: string): Manifest {
  return (config.manifest as (env: object) => unknown)({ browser }) as Manifest;
}

function sources(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? sources(path) : path.endsWith(".ts") ? [path] : [];
  });
}

describe("permissions", () => {
  it("are each explained, and none is explained that is not asked for", () => {
    const { permissions, host_permissions, optional_host_permissions } = manifestOf("chrome");
    const explained = [...read("PERMISSIONS.md").matchAll(/^\| `([^`]+)` \| \S/gm)].map((row) => row[1]);
    expect(explained).toEqual([
      ...permissions,
      ...host_permissions,
      ...optional_host_permissions,
    ]);
  });

  it("reach no page at installation", () => {
    expect(manifestOf("chrome").host_permissions).toEqual(["http://127.0.0.1/*", "http://localhost/*"]);
    for (const browser of ["chrome", "firefox"]) expect(manifestOf(browser)).not.toHaveProperty("content_scripts");
    expect(content.registration).toBe("runtime");
    expect(content.matches).toBeUndefined();
  });

  it("leave private windows alone, and tell Firefox what is collected", () => {
    expect(manifestOf("chrome").incognito).toBe("not_allowed");
    expect(manifestOf("firefox").browser_specific_settings?.gecko.data_collection_permissions).toEqual({
      required: ["websiteContent"],
    });
  });
});

describe("words", () => {
  const code = sources(join(ROOT, "src"))
    .map((path) => readFileSync(path, "utf8"))
    .join("\n");

  it("are all used", () => {
    const isUsed = (name: string): boolean =>
      code.includes(`"${name}"`) || /^(type|why|state|severity|tier|effort)_/.test(name) || name.startsWith("extension_");
    expect(Object.keys(en).filter((name) => !isUsed(name))).toEqual([]);
  });

  it("name and explain every type that the rules know", () => {
    const types = [...new Set(rules.rules.map(({ type }) => type)), "HIDDEN"];
    for (const type of types)
      expect([type, removalWords(type).name]).toEqual([type, en[`type_${type}` as keyof typeof en].message]);
    expect(removalWords("SOMETHING_NEW")).toEqual({ name: "Personal", why: "It may identify somebody." });
  });

  it("have the consent of the privacy promise, word for word", () => {
    expect(en.consent.message).toBe(
      "I send the text shown above, exactly as shown. It will be public; anyone may copy it, and copies cannot be called back. " +
        "I removed or hid what identifies me or others. I am 18 or older. It may be used under CC BY 4.0.",
    );
  });
});

it("has one version, and a lock file without registry addresses", () => {
  expect(read("../pyproject.toml")).toContain(`\nversion = "${version}"\n`);
  expect(read("package-lock.json")).not.toContain('"resolved"');
});

it("says why it needs each dependency, and each version that it holds", () => {
  const {
    dependencies,
    devDependencies,
    overrides,
    "//dependencies": reasons,
  } = JSON.parse(read("package.json")) as Record<string, Record<string, string>>;
  expect(Object.keys(reasons ?? {}).sort()).toEqual(
    Object.keys({ ...dependencies, ...devDependencies, ...overrides }).sort(),
  );
});
