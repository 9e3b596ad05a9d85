/** What the tests' browser lacks: permissions that a person gives and takes, and scripts for pages. */
import { fakeBrowser } from "wxt/testing/fake-browser";

interface Script {
  id: string;
  js: string[];
  matches: string[];
}

type Listener = () => void;

/** A person who says yes, or no, to every request. */
export class Person {
  readonly granted = new Set<string>();
  says = true;
  requests: string[][] = [];
}

/** The permissions and content scripts of a browser; `person` is asked. */
export function installPermissions(person: Person): { scripts: Map<string, Script>; injected: number[] } {
  const scripts = new Map<string, Script>();
  const injected: number[] = [];
  const added = new Set<Listener>();
  const removed = new Set<Listener>();
  const event = (listeners: Set<Listener>): object => ({
    addListener: (listener: Listener) => listeners.add(listener),
  });
  Object.assign(fakeBrowser, {
    permissions: {
      contains: ({ origins }: { origins: string[] }) =>
        Promise.resolve(origins.every((origin) => person.granted.has(origin))),
      request({ origins }: { origins: string[] }) {
        person.requests.push(origins);
        if (!person.says) return Promise.resolve(false);
        origins.forEach((origin) => person.granted.add(origin));
        added.forEach((listener) => listener());
        return Promise.resolve(true);
      },
      remove({ origins }: { origins: string[] }) {
        origins.forEach((origin) => person.granted.delete(origin));
        removed.forEach((listener) => listener());
        return Promise.resolve(true);
      },
      onAdded: event(added),
      onRemoved: event(removed),
    },
    scripting: {
      getRegisteredContentScripts: () => Promise.resolve([...scripts.values()]),
      registerContentScripts(fresh: Script[]) {
        fresh.forEach((script) => scripts.set(script.id, script));
        return Promise.resolve();
      },
      unregisterContentScripts({ ids }: { ids: string[] }) {
        ids.forEach((id) => scripts.delete(id));
        return Promise.resolve();
      },
      executeScript({ target }: { target: { tabId: number } }) {
        injected.push(target.tabId);
        return target.tabId === 13 ? Promise.reject(new Error("an error page")) : Promise.resolve([]);
      },
    },
  });
  return { scripts, injected };
}
