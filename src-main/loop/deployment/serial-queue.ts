/** Work that must not overlap: one piece at a time per key, in the order in which it came. */
export interface SerialQueue {
  run<T>(key: string, work: () => T | Promise<T>): Promise<T>;
}

export function createSerialQueue(): SerialQueue {
  const last = new Map<string, Promise<unknown>>();
  return {
    run(key, work) {
      const next = (last.get(key) ?? Promise.resolve()).then(work);
      const settled = next.catch(() => undefined);
      last.set(key, settled);
      void settled.then(() => {
        if (last.get(key) === settled) last.delete(key);
      });
      return next;
    },
  };
}
