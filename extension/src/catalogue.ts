/** What a report can be about; the server reads the same file. */
import catalogue from "../../backend/catalogue/catalogue.yaml";

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

/** A domain's name for people. */
export function domainName(slug: string | null): string {
  for (const family of families)
    for (const domain of family.domains) if (domain.slug === slug) return domain.name;
  return slug ?? "";
}
