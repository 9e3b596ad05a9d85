import { parse } from "yaml";
import type { Plugin } from "vite";

interface Node {
  slug: string;
  name: string;
  children?: Node[];
}
interface Entry {
  slug: string;
  name: string;
  fictional?: boolean;
}
interface Source {
  models: (Entry & { labels: string[] })[];
  sites: (Entry & { match: string[] })[];
  domains: Node[];
  symptoms: (Entry & { help: string; kind: "silent" | "stated"; severity: number })[];
}

/**
 * Turns an import of `catalogue.yaml` into what the extension needs of it: sites, symptoms, the
 * names of the domains and the labels of models. Fictional entries and example prompts stay behind.
 */
export function catalogue(): Plugin {
  return {
    name: "plumbline-catalogue",
    transform(code, id) {
      if (!id.endsWith("catalogue.yaml")) return null;
      const source = parse(code) as Source;
      const reduced = {
        sites: source.sites
          .filter((site) => !site.fictional)
          .map(({ slug, name, match }) => ({ slug, name, match })),
        families: source.domains.map((family) => ({
          slug: family.slug,
          name: family.name,
          domains: (family.children ?? []).map(({ slug, name }) => ({ slug, name })),
        })),
        labels: source.models.filter((model) => !model.fictional).flatMap((model) => model.labels),
        symptoms: source.symptoms.map(({ slug, name, help, kind }) => ({ slug, name, help, kind })),
      };
      return { code: `export default ${JSON.stringify(reduced)};`, map: null };
    },
  };
}
