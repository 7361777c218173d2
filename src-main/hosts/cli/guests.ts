/** Other commands on the same data folder while this one works: they speak to its station instead of waiting for its end. */
import type { ServerResponse } from 'node:http';
import { sleep } from '../../base/cancellation.ts';
import type { Station } from '../../station.ts';
import { readOrCreateToken } from '../access-token.ts';
import { openHttpFace } from '../headless/http-face.ts';
import { loopbackHost } from '../headless/serve-station.ts';
import type { AccessOptions } from './station-access.ts';

export interface Guests {
  /** Works on until no guest waits for an answer, then lets nobody in. */
  leave(): Promise<void>;
}

const pollMs = 100;

/** Opens the station to commands of this machine, which find its address and its token in the data folder. */
export async function receiveGuests(station: Station, options: AccessOptions): Promise<Guests> {
  const { dataDir, installation, signal, progress } = options;
  const waiting = new Set<ServerResponse>();
  const token = readOrCreateToken(dataDir);
  const face = await openHttpFace({
    station,
    host: loopbackHost,
    port: 0,
    token,
    pageDir: installation.pageDir,
    onRequest: (response) => {
      waiting.add(response);
      response.once('close', () => waiting.delete(response));
    },
  });
  station.announce(face.address, token);
  return {
    leave: async () => {
      while (waiting.size > 0 && !signal.aborted) {
        const [running] = await station.client.jobs.listJobs({ status: 'running', limit: 1 });
        if (running) progress.show(`For another command: ${running.title}`, running.progress);
        await sleep(pollMs, signal).catch(() => undefined);
      }
      progress.clear();
      await face.close();
    },
  };
}
