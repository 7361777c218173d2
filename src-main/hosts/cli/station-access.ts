/** The station that a command talks to: the one that runs on the data folder, or one of its own for the moment. */
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/fetch';
import type { StationClient } from '../../../src-preload/contract/index.ts';
import { AppError } from '../../base/app-error.ts';
import { sleep } from '../../base/cancellation.ts';
import { systemClock } from '../../base/clock.ts';
import { createForkLauncher } from '../../jobs/fork-launcher.ts';
import { createStation, type Station } from '../../station.ts';
import type { Presence } from '../../store/presence.ts';
import { findRunningStation } from '../../store/station-lock.ts';
import type { Installation } from '../installation.ts';
import { openStationLog } from '../station-log.ts';
import { receiveGuests } from './guests.ts';
import type { ProgressDisplay } from './progress.ts';

export interface StationAccess {
  readonly client: StationClient;
  /** True where the command speaks to a station of another process. */
  readonly isRemote: boolean;
  close(): Promise<void>;
}

export interface AccessOptions {
  readonly installation: Installation;
  readonly dataDir: string;
  /** Make the data folder where there is none. */
  readonly create: boolean;
  /** Whether the command needs jobs to be worked on; otherwise what waits in the queue goes on waiting. */
  readonly worksJobs: boolean;
  /** Aborted: the command ends without regard to others that speak to its station. */
  readonly signal: AbortSignal;
  readonly progress: ProgressDisplay;
}

/** A station that has just started takes a moment to say where it answers; another command, to end. */
const patienceMs = 5_000;
const pollMs = 100;
const overtakingLimit = 10;

/** @throws {AppError} STATION_NOT_INITIALIZED, STATION_IN_USE by a station that answers nobody, and what the store throws. */
export async function openStationAccess(options: AccessOptions): Promise<StationAccess> {
  for (let attempt = 1; ; attempt++) {
    const address = await findAddress(options.dataDir);
    try {
      return address ? await visit(address) : await host(startOwn(options), options);
    } catch (error) {
      if (!isOvertaken(error) || attempt === overtakingLimit) throw error;
    }
  }
}

/** While jobs are worked on, which takes long, other commands speak to this station. */
async function host(station: Station, options: AccessOptions): Promise<StationAccess> {
  const { client } = station;
  if (!options.worksJobs) return { client, isRemote: false, close: () => station.shutdown() };
  try {
    const guests = await receiveGuests(station, options);
    return { client, isRemote: false, close: () => guests.leave().finally(() => station.shutdown()) };
  } catch (error) {
    await station.shutdown();
    throw error;
  }
}

/** Between the look and the grasp another process took the folder, or the one that held it ended. */
function isOvertaken(error: unknown): boolean {
  return error instanceof AppError && (error.code === 'STATION_IN_USE' || error.code === 'STATION_ENDED');
}

interface Address {
  readonly url: string;
  readonly token: string;
}

/** Undefined where no station runs on the folder. */
async function findAddress(dataDir: string): Promise<Address | undefined> {
  for (let waitedMs = 0; ; waitedMs += pollMs) {
    const running = findRunningStation(dataDir);
    if (!running) return undefined;
    const { presence } = running;
    if (presence?.address && presence.token) return { url: presence.address, token: presence.token };
    if (waitedMs >= patienceMs) throw inUse(dataDir, presence);
    await sleep(pollMs);
  }
}

function inUse(dataDir: string, presence: Presence | undefined): AppError {
  const who = presence ? `process ${presence.pid} (${presence.host})` : 'another process';
  return new AppError(
    'STATION_IN_USE',
    `the data folder ${dataDir} is in use by ${who}, which answers no calls: wait for it to end`,
    { data: { dataDir, pid: presence?.pid, host: presence?.host } },
  );
}

/** Listens as long as it is there: a command that would end sees by that whom it still works for. */
async function visit(address: Address): Promise<StationAccess> {
  const client = connect(address);
  const stay = new AbortController();
  const events = await client.system.watchEvents({}, { signal: stay.signal });
  void drain(events).catch(() => undefined);
  return { client, isRemote: true, close: async () => stay.abort() };
}

async function drain(events: AsyncIterable<unknown>): Promise<void> {
  for await (const _event of events);
}

/** Calls over HTTP with the token from the data folder: who may read the folder may use its station. */
function connect({ url, token }: Address): StationClient {
  const headers = { authorization: `Bearer ${token}` };
  const link = new RPCLink({
    url: `${url}/rpc`,
    headers,
    fetch: (request, init) => fetch(request, init).catch(tellEnd),
  });
  return createORPCClient(link);
}

/** What the platform throws where nobody answers is a TypeError with the reason as its cause. */
function tellEnd(error: unknown): never {
  if (!(error instanceof TypeError && error.cause instanceof Error)) throw error;
  const message =
    'the process that answered for the data folder has ended: run the command again; its job, if it has one, goes on with the next station on the folder';
  throw new AppError('STATION_ENDED', message, { cause: error });
}

function startOwn({ installation, dataDir, create, worksJobs }: AccessOptions): Station {
  return createStation({
    dataDir,
    host: 'cli',
    version: installation.version,
    launcher: createForkLauncher(installation.workerEntry),
    clock: systemClock,
    log: openStationLog(dataDir, create),
    create,
    worksJobs,
  });
}
