/** What a report can be about; the server reads the same file, in English. */
import catalogue from "../../backend/catalogue/catalogue.yaml";
import { sayIfKnown, say } from "./strings";

export const { families, symptoms } = catalogue;
/** The chat services, with "Another site" last. */
export const sites = [...catalogue.sites].sort(
  (a, b) => Number(a.slug === "other") - Number(b.slug === "other"),
);

const labelKey = (label: string): string => label.trim().split(/\s+/).join(" ").toLowerCase();
const labels = new Set(catalogue.labels.map(labelKey));

/** Whether a label names a model of the catalogue: any other was typed by somebody. */
export function isKnownLabel(label: string): boolean {
  return labels.has(labelKey(label));
}

/** The site of an address, by the catalogue's match patterns; "other" if none matches. */
export function siteOf(address: string): string {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return "other";
  }
  const site = sites.find(({ match }) =>
    match.some((pattern) => {
      const [origin, path] = pattern.replace(/\*$/, "").split(/(?<=[^/:])(?=\/)/);
      return url.origin === origin && url.pathname.startsWith(path ?? "/");
    }),
  );
  return site?.slug ?? "other";
}

/** The word for an entry of the catalogue in the person's language; the catalogue's own where there is none. */
function wordFor(kind: "domain" | "family" | "symptom", slug: string, english: string): string {
  return sayIfKnown(`${kind}_${slug.replaceAll("-", "_")}`) ?? english;
}

/** A domain's name for people. */
export function domainName(slug: string | null): string {
  for (const family of families)
    for (const { slug: known, name } of family.domains) if (known === slug) return wordFor("domain", known, name);
  return slug ?? "";
}

/** A family of domains, for people. */
export function familyName({ slug, name }: { slug: string; name: string }): string {
  return wordFor("family", slug, name);
}

/** A symptom's name and what it means, for people. */
export function symptomWords({ slug, name, help }: (typeof symptoms)[number]): { name: string; help: string } {
  return { name: wordFor("symptom", slug, name), help: sayIfKnown(`symptom_${slug}_help`) ?? help };
}

/** A site's name for people. */
export function siteName(slug: string): string {
  if (slug === "other") return say("site_other");
  return sites.find((site) => site.slug === slug)?.name ?? slug;
}
