/** One station per data folder, held by a lock that the operating system lets go of however its process dies. */
import { existsSync } from 'node:fs';
import { AppError } from '../base/app-error.ts';
import { type ExclusiveHold, holdExclusively, isHeldExclusively } from './connection.ts';
import { locateFolder } from './folder.ts';
import { type Presence, publishPresence, readPresence, withdrawPresence } from './presence.ts';

export interface StationLock {
  /** Whether the station before this one ended without letting go: killed, or without power. */
  readonly isAfterCrash: boolean;
  release(): void;
}

/** @throws {AppError} STATION_IN_USE, with the holder's pid and address in message and data. */
export function acquireStationLock(dataDir: string, presence: Presence): StationLock {
  const hold = holdExclusively(locateFolder(dataDir).lock);
  if (!hold) throw inUse(dataDir, readPresence(dataDir));
  const isAfterCrash = readPresence(dataDir) !== undefined;
  try {
    publishPresence(dataDir, presence);
  } catch (error) {
    hold.release();
    throw error;
  }
  return { isAfterCrash, release: () => release(dataDir, hold) };
}

/** The station that holds this folder now; `presence` is undefined in the moment before it has said who it is. */
export function findRunningStation(dataDir: string): { presence: Presence | undefined } | undefined {
  const { lock } = locateFolder(dataDir);
  if (!existsSync(lock) || !isHeldExclusively(lock)) return undefined;
  return { presence: readPresence(dataDir) };
}

function release(dataDir: string, hold: ExclusiveHold): void {
  withdrawPresence(dataDir);
  hold.release();
}

function inUse(dataDir: string, holder: Presence | undefined): AppError {
  const who = holder ? `process ${holder.pid} (${holder.host})` : 'another process';
  const where = holder?.address ? ` at ${holder.address}` : '';
  return new AppError(
    'STATION_IN_USE',
    `the data folder ${dataDir} is in use by the station of ${who}${where}: stop that station or use it instead`,
    { data: { dataDir, pid: holder?.pid, address: holder?.address, host: holder?.host } },
  );
}
