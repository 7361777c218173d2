/** What happens at the station, told to every listener; a slow listener costs a bounded queue and nothing else. */
import type { StationEvent } from '../../src-preload/contract/system.ts';

/** A listener that lets this many different events wait is cut off: it has to read afresh anyway. */
export const maxWaitingEvents = 1_000;

export interface StationEvents {
  publish(event: StationEvent): void;
  /** Events from the call on, until the signal aborts, the caller leaves the loop, or the station ends. */
  watch(signal?: AbortSignal): AsyncGenerator<StationEvent, void, void>;
  /** How many listen now. */
  readonly listenerCount: number;
  /** Ends every listener's loop. */
  close(): void;
}

export function createStationEvents(): StationEvents {
  const listeners = new Set<EventQueue>();
  return {
    publish: (event) => {
      for (const listener of listeners) listener.push(event);
    },
    watch: (signal) => {
      const queue = new EventQueue(() => listeners.delete(queue));
      listeners.add(queue);
      return queue.events(signal);
    },
    get listenerCount() {
      return listeners.size;
    },
    close: () => {
      for (const listener of listeners) listener.end();
    },
  };
}

/** The events that one listener has not taken yet; of events that replace each other only the newest waits. */
class EventQueue {
  readonly #waiting = new Map<string, StationEvent>();
  readonly #onEnd: () => void;
  #wake: () => void = () => {};
  #isEnded = false;
  #sequence = 0;

  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
  }

  push(event: StationEvent): void {
    const key = replacementKey(event) ?? `#${this.#sequence++}`;
    this.#waiting.delete(key);
    this.#waiting.set(key, event);
    if (this.#waiting.size > maxWaitingEvents) this.end();
    this.#wake();
  }

  end(): void {
    this.#isEnded = true;
    this.#onEnd();
    this.#wake();
  }

  /** Listening began with `watch`; a loop that never starts is ended by its signal. */
  events(signal: AbortSignal | undefined): AsyncGenerator<StationEvent, void, void> {
    const onAbort = () => this.end();
    if (signal?.aborted) this.end();
    signal?.addEventListener('abort', onAbort, { once: true });
    const events = this.#drain(() => signal?.removeEventListener('abort', onAbort));
    // A generator that waits inside does not hear `return`: ending the queue wakes it.
    const leave = events.return.bind(events);
    events.return = (value) => {
      this.end();
      return leave(value);
    };
    return events;
  }

  async *#drain(cleanUp: () => void): AsyncGenerator<StationEvent, void, void> {
    try {
      while (!this.#isEnded) {
        for (const [key, event] of this.#waiting) {
          this.#waiting.delete(key);
          yield event;
        }
        if (!this.#isEnded) await this.#nextPush();
      }
    } finally {
      cleanUp();
      this.end();
    }
  }

  #nextPush(): Promise<void> {
    if (this.#waiting.size > 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

/** Events with the same key tell the newest state of one thing: the older may be dropped. */
function replacementKey(event: StationEvent): string | undefined {
  switch (event.type) {
    case 'job.updated':
      return `${event.type} ${event.job.id}`;
    case 'run.updated':
      return `${event.type} ${event.runId}`;
    case 'system.changed':
      return event.type;
    default:
      return undefined;
  }
}
