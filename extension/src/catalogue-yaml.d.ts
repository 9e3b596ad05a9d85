declare module "*/catalogue.yaml" {
  const catalogue: {
    sites: { slug: string; name: string; match: string[] }[];
    families: { slug: string; name: string; domains: { slug: string; name: string }[] }[];
    labels: string[];
    symptoms: { slug: string; name: string; help: string; kind: "silent" | "stated" }[];
  };
  export default catalogue;
}
