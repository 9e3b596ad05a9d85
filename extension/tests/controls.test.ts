import { beforeEach, describe, expect, it, vi } from "vitest";
import { genericExchange } from "../src/adapters/generic";
import { areControlsWanted, doWhatIsDue, forgetWhatIsOff, noteAnswer } from "../src/controls/controls";
import { ASK_ONE_IN } from "../src/controls/ratings";
import { DEFAULT_OPTIONS, loadControls, saveOptions } from "../src/storage";
import { installPermissions, Person } from "./permissions";

const answer = (number: number): ReturnType<typeof genericExchange> => ({
  ...genericExchange(`Start again, ${number}.`, "claude"),
  prompt: `How do I shard job ${number}?`,
});
let person: Person;

beforeEach(() => {
  person = new Person();
  installPermissions(person);
});

describe("while both controls are off", () => {
  it("nobody wants to know of an answer, and nothing is kept of one", async () => {
    expect(await areControlsWanted()).toBe(false);
    expect(await noteAnswer(answer(1))).toBeNull();
    expect(await loadControls()).toEqual({ draw: null, question: null, weeks: [], outgoing: [], sent: [] });
  });
});

describe("with exposures on", () => {
  beforeEach(() => saveOptions({ ...DEFAULT_OPTIONS, countsExposures: true }));

  it("counts an answer once, however often its page is opened, and asks nothing", async () => {
    expect(await areControlsWanted()).toBe(true);
    expect(await noteAnswer(answer(1))).toBeNull();
    expect(await noteAnswer(answer(1))).toBeNull();
    expect(await noteAnswer(answer(2))).toBeNull();
    const { weeks, draw } = await loadControls();
    expect(weeks.map(({ seen }) => seen)).toEqual([2]);
    expect(draw).toBeNull();
    expect(JSON.stringify(weeks)).not.toMatch(/shard|again/);
  });

  it("makes one body for each site that is on, when a week is over, and sends it later", async () => {
    const asked = vi.fn();
    vi.stubGlobal("fetch", asked);
    person.granted.add("https://claude.ai/*");
    vi.useFakeTimers({ now: new Date(2026, 10, 18, 12), toFake: ["Date"] });
    await noteAnswer(answer(1));
    vi.setSystemTime(new Date(2026, 10, 24, 12));
    await doWhatIsDue();
    vi.useRealTimers();
    const { outgoing } = await loadControls();
    expect(outgoing.map(({ kind, body }) => [kind, (JSON.parse(body) as { site: string }).site])).toEqual([
      ["exposures", "claude"],
    ]);
    expect(asked).not.toHaveBeenCalled();
  });

  it("forgets what was counted when it is turned off", async () => {
    await noteAnswer(answer(1));
    await saveOptions(DEFAULT_OPTIONS);
    await forgetWhatIsOff();
    expect((await loadControls()).weeks).toEqual([]);
  });
});

describe("with ratings on", () => {
  beforeEach(() => saveOptions({ ...DEFAULT_OPTIONS, sendsRatings: true }));

  it("asks about an answer that was drawn, and counts none", async () => {
    // The browser's randomness draws the first number of each choice.
    vi.spyOn(crypto, "getRandomValues").mockImplementation((array) => array);
    expect(ASK_ONE_IN).toBe(50);
    const id = await noteAnswer(answer(1));
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    const { question, weeks } = await loadControls();
    expect(question).toMatchObject({ id, site: "claude", samplingProbability: 1 / 50 });
    expect(weeks).toEqual([]);
    expect(await noteAnswer(answer(2))).toBeNull();
  });
});
