/** Other commands on the same data folder while this one works: they speak to its station instead of waiting for its end. */
import type { ServerResponse } from 'node:http';
import { sleep } from '../../base/cancellation.ts';
import { systemClock } from '../../base/clock.ts';
import type { Station } from '../../station.ts';
import { readOrCreateToken } from '../access-token.ts';
import { openHttpFace } from '../headless/http-face.ts';
import { loopbackHost } from '../headless/serve-station.ts';
import type { AccessOptions } from './station-access.ts';

export interface Guests {
  /** Works on until no guest waits for an answer, then lets nobody in. */
  leave(): Promise<void>;
}

/** Guests ask how far their job is several times a second: one that has been silent for so long has gone. */
const silenceMs = 1_000;
const pollMs = 100;

/** Opens the station to commands of this machine, which find its address and its token in the data folder. */
export async function receiveGuests(station: Station, options: AccessOptions): Promise<Guests> {
  const { dataDir, installation, signal, progress } = options;
  const guests = new Attendance();
  const token = readOrCreateToken(dataDir);
  const face = await openHttpFace({
    station,
    host: loopbackHost,
    port: 0,
    token,
    pageDir: installation.pageDir,
    onRequest: (response) => guests.note(response),
  });
  station.announce(face.address, token);
  return {
    leave: async () => {
      while (guests.arePresent && !signal.aborted) {
        const [running] = await station.client.jobs.listJobs({ status: 'running', limit: 1 });
        if (running) progress.show(`For another command: ${running.title}`, running.progress);
        await sleep(pollMs, signal).catch(() => undefined);
      }
      progress.clear();
      await face.close();
    },
  };
}

/** Who waits for an answer, or had one a moment ago. */
class Attendance {
  #waiting = 0;
  #answeredAt = Number.NEGATIVE_INFINITY;

  note(response: ServerResponse): void {
    this.#waiting += 1;
    response.once('close', () => {
      this.#waiting -= 1;
      this.#answeredAt = systemClock.monotonic();
    });
  }

  get arePresent(): boolean {
    return this.#waiting > 0 || systemClock.monotonic() - this.#answeredAt < silenceMs;
  }
}
