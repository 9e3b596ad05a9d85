/** Whether this person's reports count, in words. */
import { standingOf, type Standing } from "../credentials/standing";
import { loadCredentials, loadOptions, onChange } from "../storage";
import { say } from "../strings";
import { el } from "./build";

/** A paragraph that says whether the person's reports count, and follows what happens. */
export function standingParagraph(): HTMLElement {
  const paragraph = el("p", { class: "notice", "data-testid": "standing" });
  const draw = async (): Promise<void> => {
    const standing = standingOf(await loadCredentials(), await loadOptions(), Date.now());
    paragraph.dataset["standing"] = standing.is;
    paragraph.textContent = wordsOf(standing);
  };
  onChange(() => void draw(), "credentials");
  onChange(() => void draw(), "options");
  void draw();
  return paragraph;
}

function wordsOf(standing: Standing): string {
  switch (standing.is) {
    case "unlinked":
      return say("standing_unlinked");
    case "off":
      return say("standing_off");
    case "own":
      return say("standing_own");
    case "beginning":
      return say("standing_beginning", standing.rated, standing.needed);
    case "known":
      return say(
        "standing_known",
        standing.rated,
        standing.needed,
        dayOf(standing.since),
        dayOf(standing.from),
      );
    case "renewing":
      return say("standing_renewing");
    case "counting":
      return say("standing_counting", dayOf(standing.until));
    case "ending":
      return say("standing_ending", dayOf(standing.until));
  }
}

function dayOf(moment: number): string {
  return new Date(moment).toLocaleDateString(say("language"), { dateStyle: "long", timeZone: "UTC" });
}
