import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ReconnectingLink } from '../../../src-renderer/client/reconnecting-link.ts';

/** As a browser does it: what a listener has set going goes on before the next listener is called. */
class BrowserSocket {
  static readonly OPEN = 1;
  static readonly all: BrowserSocket[] = [];
  readonly sent: unknown[] = [];
  readonly #listeners: { type: string; tell: () => void }[] = [];
  #state = 0;
  #looks = 0;

  constructor() {
    BrowserSocket.all.push(this);
  }

  get readyState(): number {
    if (this.#state === 3 && ++this.#looks > 100) throw new Error('spins on a closed socket');
    return this.#state;
  }

  addEventListener(type: string, tell: () => void): void {
    this.#listeners.push({ type, tell });
  }

  removeEventListener(): void {}

  send(message: unknown): void {
    this.sent.push(message);
  }

  open(): Promise<void> {
    return this.#change(BrowserSocket.OPEN, 'open');
  }

  close(): Promise<void> {
    return this.#change(3, 'close');
  }

  async #change(state: number, type: string): Promise<void> {
    this.#state = state;
    for (const listener of this.#listeners.filter((one) => one.type === type)) {
      listener.tell();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

beforeEach(() => {
  BrowserSocket.all.length = 0;
  vi.stubGlobal('WebSocket', BrowserSocket);
  vi.stubGlobal('window', new EventTarget());
  vi.stubGlobal('document', new EventTarget());
});
afterEach(() => vi.unstubAllGlobals());

test('a call under way when the line goes down waits for the next line, and does not spin meanwhile', async () => {
  const states: string[] = [];
  const link = new ReconnectingLink('ws://station', (state) => states.push(state));
  await BrowserSocket.all[0]?.open();
  const call = link.call(['images', 'listImages'], {}, { context: {} });
  call.catch(() => {});
  await vi.waitFor(() => expect(BrowserSocket.all[0]?.sent).toHaveLength(1));
  await BrowserSocket.all[0]?.close();
  await vi.waitFor(() => expect(BrowserSocket.all).toHaveLength(2));
  await BrowserSocket.all[1]?.open();
  await vi.waitFor(() => expect(BrowserSocket.all[1]?.sent).toHaveLength(1));
  expect(states).toEqual(['open', 'lost', 'open']);
});
