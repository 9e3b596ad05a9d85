/** How a page is built that could not be read, as it is shown and sent: one string for both. */
import { version as extensionVersion } from "../package.json";
import type { Skeleton } from "./adapters/types";

/** The body of the request; there is no text of the page in it. */
export function driftBody(site: string, skeleton: Skeleton): string {
  return JSON.stringify(
    {
      schema_version: 1,
      id: crypto.randomUUID(),
      site,
      nodes: skeleton.map(({ depth, tag, classes, attributes, textLength }) => ({
        depth,
        tag,
        classes,
        attributes,
        text_length: textLength,
      })),
      client: { extension_version: extensionVersion, adapter: site },
    },
    null,
    1,
  );
}
