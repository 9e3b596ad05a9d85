/** What the browser has and the tests' DOM lacks. */
const chains = new Map<string, Promise<unknown>>();

Object.defineProperty(navigator, "locks", {
  configurable: true,
  value: {
    async request<T>(name: string, work: () => Promise<T>): Promise<T> {
      const turn = (chains.get(name) ?? Promise.resolve()).then(work, work);
      chains.set(
        name,
        turn.catch(() => undefined),
      );
      return turn;
    },
  },
});
