/** A link to the station that outlives its sockets: calls wait while the line is down and go out when it is back. */
import type { ClientContext, ClientLink, ClientOptions } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { ConnectionState } from './connection-store.ts';

const firstDelayMs = 250;
const longestDelayMs = 5_000;

/** The line went down while a call that may not be repeated was under way: whether it took effect is unknown. */
export class ConnectionLostError extends Error {
  override readonly name = 'ConnectionLostError';
}

/**
 * True for calls that have the same effect when sent twice, so that they may be sent again after a lost line:
 * everything that reads, and labelling, which sets a value.
 */
export function isRepeatable(path: readonly string[]): boolean {
  const verb = path.at(-1) ?? '';
  return (
    /^(get|list|count|watch)[A-Z]/.test(verb) ||
    verb === 'setClass' ||
    verb === 'editAnnotation' ||
    verb === 'updateSettings'
  );
}

interface Line {
  readonly socket: WebSocket;
  readonly link: RPCLink<ClientContext>;
}

/** Opens sockets for as long as the page lives, waiting a little longer after each failure. */
export class ReconnectingLink implements ClientLink<ClientContext> {
  readonly #url: string;
  readonly #onState: (state: ConnectionState) => void;
  #open: Promise<Line>;
  /** What `#open` resolved to; null while it waits. */
  #line: Line | null = null;
  #resolveOpen: (line: Line) => void = () => {};
  #delayMs = firstDelayMs;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(url: string, onState: (state: ConnectionState) => void) {
    this.#url = url;
    this.#onState = onState;
    this.#open = this.#nextLine();
    this.#connect();
    window.addEventListener('online', () => this.#hurry());
    document.addEventListener('visibilitychange', () => this.#hurry());
  }

  async call(
    path: readonly string[],
    input: unknown,
    options: ClientOptions<ClientContext>,
  ): Promise<unknown> {
    for (;;) {
      const line = await raceAbort(this.#open, options.signal);
      try {
        return await line.link.call(path, input, options);
      } catch (error) {
        const isLineDown = line.socket.readyState !== WebSocket.OPEN;
        if (!isLineDown || options.signal?.aborted === true) throw error;
        // The browser lets this go on before it tells our own listener: the next turn must not get the dead line.
        this.#drop(line);
        if (!isRepeatable(path)) {
          throw new ConnectionLostError('The connection was lost before the station answered.', {
            cause: error,
          });
        }
      }
    }
  }

  #drop(line: Line): void {
    if (this.#line !== line) return;
    this.#line = null;
    this.#open = this.#nextLine();
  }

  #nextLine(): Promise<Line> {
    return new Promise((resolve) => {
      this.#resolveOpen = resolve;
    });
  }

  #connect(): void {
    this.#timer = null;
    const socket = new WebSocket(this.#url);
    const link = new RPCLink<ClientContext>({ websocket: socket });
    const line = { socket, link };
    socket.addEventListener('open', () => {
      this.#delayMs = firstDelayMs;
      this.#line = line;
      this.#resolveOpen(line);
      this.#onState('open');
    });
    socket.addEventListener('close', () => {
      this.#drop(line);
      this.#onState('lost');
      this.#timer = setTimeout(() => this.#connect(), this.#delayMs);
      this.#delayMs = Math.min(longestDelayMs, this.#delayMs * 2);
    });
  }

  /** Something changed for the better (network, window shown): try at once instead of waiting. */
  #hurry(): void {
    if (this.#timer === null || document.hidden) return;
    clearTimeout(this.#timer);
    this.#delayMs = firstDelayMs;
    this.#connect();
  }
}

/** Waits for `promise`, or throws the signal's reason if it aborts first. */
function raceAbort<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  if (signal.aborted) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
