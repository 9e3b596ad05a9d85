/** The device names domains exactly as analysis/device_domains.py does. */
import { describe, expect, it } from "vitest";
import vectors from "../../tests/contract/domain_vectors.json";
import { families } from "../src/catalogue";
import { domainOf, fnv1a } from "../src/domain";
import model from "../src/domains/model.json";

describe("the shared vectors", () => {
  it.each(vectors.map((vector) => [vector.name, vector] as const))("%s", (_, vector) => {
    const { slug, probability } = domainOf(vector.prompt, vector.response);
    expect(slug).toBe(vector.slug);
    expect(Math.abs(probability - vector.probability)).toBeLessThan(1e-6);
  });

  it("are many, of both kinds", () => {
    expect(vectors.filter(({ slug }) => slug !== null).length).toBeGreaterThanOrEqual(26);
    expect(vectors.filter(({ slug }) => slug === null).length).toBeGreaterThanOrEqual(10);
  });
});

it("hashes as FNV-1a does", () => {
  // From the authors' own test vectors (draft-eastlake-fnv).
  expect([fnv1a(""), fnv1a("a"), fnv1a("foobar")]).toEqual([0x811c9dc5, 0xe40c292c, 0xbf9cf968]);
});

it("knows the catalogue's domains and none", () => {
  const slugs = families.flatMap(({ domains }) => domains.map(({ slug }) => slug));
  expect([...model.domains].sort()).toEqual([...slugs, "none"].sort());
});

it("names a long text as fast as a short one", () => {
  expect(domainOf("cuda kernel occupancy ".repeat(5000)).slug).toBe("gpu-kernels");
});
