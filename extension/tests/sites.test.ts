import { beforeEach, describe, expect, it, vi } from "vitest";
import { fakeBrowser } from "wxt/testing/fake-browser";
import { CHAT_SITES, chatSiteOf, isOn, ownPattern, registerFlags, turnOff, turnOn, type ChatSite } from "../src/sites";
import { DEFAULT_OPTIONS, saveOptions } from "../src/storage";
import { installPermissions, Person } from "./permissions";

let person: Person;
let pages: ReturnType<typeof installPermissions>;
const [CLAUDE, META] = ["claude", "meta-ai"].map((slug) => CHAT_SITES.find((site) => site.slug === slug)) as [
  ChatSite,
  ChatSite,
];

beforeEach(() => {
  person = new Person();
  pages = installPermissions(person);
  vi.spyOn(fakeBrowser.tabs, "query").mockResolvedValue([]);
});

const matches = (): string[] | undefined => pages.scripts.get("flags")?.matches;

describe("the flag", () => {
  it("is on no page until the person has turned a site on", async () => {
    await registerFlags();
    expect(pages.scripts.size).toBe(0);
    expect(await isOn(CLAUDE)).toBe(false);
  });

  it("is on the sites that were turned on, with all their addresses, and on no other", async () => {
    expect(await turnOn([CLAUDE, META])).toBe(true);
    expect(person.requests).toEqual([["https://claude.ai/*", "https://www.meta.ai/*", "https://meta.ai/*"]]);
    await registerFlags();
    expect(matches()).toEqual(["https://claude.ai/*", "https://www.meta.ai/*", "https://meta.ai/*"]);
    await turnOff(META);
    await registerFlags();
    expect(matches()).toEqual(["https://claude.ai/*"]);
    await turnOff(CLAUDE);
    await registerFlags();
    expect(pages.scripts.size).toBe(0);
  });

  it("stays off where the person says no", async () => {
    person.says = false;
    expect(await turnOn([CLAUDE])).toBe(false);
    await registerFlags();
    expect(pages.scripts.size).toBe(0);
  });

  it("appears in tabs that are open already, once, and one that can't be written to is no harm", async () => {
    const query = vi.spyOn(fakeBrowser.tabs, "query").mockResolvedValue([{ id: 7 }, { id: 13 }, {}] as never);
    await turnOn([CLAUDE]);
    await registerFlags();
    await registerFlags();
    expect(query).toHaveBeenCalledExactlyOnceWith({ url: ["https://claude.ai/*"] });
    expect(pages.injected).toEqual([7, 13]);
  });

  it("is on a chat of the person's own, whatever its port, while it is allowed", async () => {
    await saveOptions({ ...DEFAULT_OPTIONS, ownChats: ["http://192.168.1.20:3000"] });
    await registerFlags();
    expect(pages.scripts.size).toBe(0);
    person.granted.add("http://192.168.1.20/*");
    await registerFlags();
    expect(matches()).toEqual(["http://192.168.1.20/*"]);
  });
});

it("knows the site of an address", () => {
  expect(chatSiteOf("https://claude.ai/chat/1")?.slug).toBe("claude");
  expect(chatSiteOf("https://huggingface.co/models")).toBeNull();
  expect(chatSiteOf("https://claude.ai.example.org/")).toBeNull();
  expect(ownPattern("https://chat.example.org:8443")).toBe("https://chat.example.org/*");
});
