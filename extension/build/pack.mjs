/** `npm run zip`: the built extension as the stores take it; the same sources give the same bytes. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { zipSync } from "fflate";

const ROOT = join(import.meta.dirname, "..");
const REPOSITORY = join(ROOT, "..");
const OUT = process.env.EXTENSION_OUT ?? join(ROOT, ".output");
/** The first day that a zip file can tell, for every file. */
const MTIME = new Date(1980, 0, 1);
/** What a store's reviewer needs to build the extension, beside its own folder. */
const BESIDE = ["backend/catalogue/catalogue.yaml", "backend/reports/redaction", "tests/contract", "LICENSE"];

const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));

function filesIn(folder) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesIn(path) : [path];
  });
}

function pack(name, base, paths) {
  const files = Object.fromEntries(
    paths.sort().map((path) => [relative(base, path), [readFileSync(path), { mtime: MTIME, os: 3, attrs: 0o644 << 16 }]]),
  );
  const zip = zipSync(files, { level: 9 });
  const file = `plumbline-${version}-${name}.zip`;
  writeFileSync(join(OUT, file), zip);
  console.log(`${file}  ${(zip.length / 1000).toFixed(0)} kB`);
}

for (const browser of ["chrome", "firefox"]) {
  const folder = join(OUT, `${browser}-mv3`);
  pack(browser, folder, filesIn(folder));
}
// Unpacked sources are no repository: whoever builds from them has the third file already.
if (!existsSync(join(REPOSITORY, ".git"))) process.exit(0);
const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "extension", ...BESIDE], { cwd: REPOSITORY, encoding: "utf8" });
const sources = listed.split("\0").filter((path) => path && !path.endsWith(".py"));
pack("sources", REPOSITORY, sources.map((path) => join(REPOSITORY, path)));
