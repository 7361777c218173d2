/** `<data dir>/station.json`: who holds the data folder and where it answers, for its owner's eyes only. */
import { readFileSync, rmSync } from 'node:fs';
import { z } from 'zod';
import { timestampSchema } from '../../src-preload/contract/ids.ts';
import { writeFileDurably } from './durable-files.ts';
import { locateFolder } from './folder.ts';
import { withStoreErrorsSync } from './store-error.ts';

export const presenceSchema = z.object({
  pid: z.number().int(),
  host: z.enum(['electron', 'headless', 'cli']),
  startedAt: timestampSchema,
  /** `http://127.0.0.1:4310`; absent while the station answers nobody. */
  address: z.string().optional(),
  token: z.string().optional(),
});
export type Presence = z.infer<typeof presenceSchema>;

/** Replaces the file as a whole, readable by its owner alone. Only the holder of the station's lock may call it. */
export function publishPresence(dataDir: string, presence: Presence): void {
  const { presence: file } = locateFolder(dataDir);
  withStoreErrorsSync(file, () => writeFileDurably(file, `${JSON.stringify(presence, null, 2)}\n`, 0o600));
}

/**
 * What the file says, undefined where there is none or it can not be read. It outlives a killed station:
 * `findRunningStation` tells whether its writer lives.
 */
export function readPresence(dataDir: string): Presence | undefined {
  try {
    const parsed = presenceSchema.safeParse(JSON.parse(readFileSync(locateFolder(dataDir).presence, 'utf8')));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

export function withdrawPresence(dataDir: string): void {
  rmSync(locateFolder(dataDir).presence, { force: true });
}
