/** Where a station's log goes: into its data folder, or to stderr where that can not be written. */
import { join } from 'node:path';
import { createLog, type Log } from '../base/log.ts';
import { locateFolder } from '../store/folder.ts';
import { isInitialized } from '../store/store.ts';

/** @param create whether the station is going to make the folder where there is none. */
export function openStationLog(dataDir: string, create: boolean): Log {
  if (!create && !isInitialized(dataDir)) return createLog({ level: 'warn' });
  try {
    return createLog({ file: join(locateFolder(dataDir).logs, 'station.log') });
  } catch {
    // Opening the store will say what is wrong with the folder.
    return createLog({ level: 'warn' });
  }
}
