/** Which data folder a host opens where none is named. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The named folder, else `$FIELDSTATION_DATA_DIR`, else `~/.fieldstation`. */
export function resolveDataDir(
  named: string | undefined,
  environment: NodeJS.ProcessEnv = process.env,
): string {
  return resolve(named ?? (environment.FIELDSTATION_DATA_DIR || join(homedir(), '.fieldstation')));
}
