/** The headless host: one station in plain Node, answering over HTTP until it is told to end. */
import { networkInterfaces } from 'node:os';
import { systemClock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import { createForkLauncher } from '../../jobs/fork-launcher.ts';
import { createStation, type Station } from '../../station.ts';
import { assertUsableToken, readOrCreateToken } from '../access-token.ts';
import type { Installation } from '../installation.ts';
import { logDeath } from '../process-end.ts';
import { type HttpFace, openHttpFace } from './http-face.ts';

export const defaultPort = 4310;
export const loopbackHost = '127.0.0.1';

export interface ServeOptions {
  readonly installation: Installation;
  readonly dataDir: string;
  readonly host: string;
  readonly port: number;
  /** Absent: the data folder's own. */
  readonly token?: string | undefined;
  readonly allowedHosts: readonly string[];
  readonly log: Log;
  /** Make the data folder where there is none. */
  readonly create: boolean;
}

export interface ServedStation {
  /** For this machine. */
  readonly address: string;
  readonly loginAddress: string;
  /** For other machines, with the token; empty on loopback. */
  readonly networkAddresses: readonly string[];
  readonly token: string;
  close(): Promise<void>;
}

/** @throws {AppError} STATION_NOT_INITIALIZED, STATION_IN_USE, ADDRESS_UNAVAILABLE, and what the store throws. */
export async function serveStation(options: ServeOptions): Promise<ServedStation> {
  if (options.token !== undefined) assertUsableToken(options.token);
  logDeath(options.log);
  const { dataDir, installation, log, create } = options;
  const station = createStation({
    dataDir,
    host: 'headless',
    version: installation.version,
    launcher: createForkLauncher(installation.workerEntry),
    clock: systemClock,
    log,
    create,
  });
  try {
    return await openToCallers(options, station);
  } catch (error) {
    await station.shutdown();
    throw error;
  }
}

async function openToCallers(options: ServeOptions, station: Station): Promise<ServedStation> {
  const { host, port, allowedHosts, installation, dataDir } = options;
  const token = options.token ?? readOrCreateToken(dataDir);
  const { pageDir } = installation;
  const face = await openHttpFace({ station, host, port, token, allowedHosts, pageDir });
  station.announce(face.address, token);
  return {
    ...face,
    token,
    networkAddresses: listNetworkAddresses(host, face.address, token),
    close: () => closeBoth(face, station),
  };
}

/** What a person types on a tablet of the site, for a server that listens on every address. */
function listNetworkAddresses(host: string, address: string, token: string): string[] {
  if (host !== '0.0.0.0' && host !== '::') return [];
  const found = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const { port } = new URL(address);
  return found
    .filter(({ internal, family }) => !internal && family === 'IPv4')
    .map((one) => `http://${one.address}:${port}/?token=${token}`);
}

/** What the hosts print once they serve. */
export function describeService(dataDir: string, { loginAddress, networkAddresses }: ServedStation): string {
  const others = networkAddresses.map((address) => `  from other machines: ${address}`);
  return [`Fieldstation serves ${dataDir}: open ${loginAddress}`, ...others].join('\n');
}

/** First nobody new comes in, then what runs is brought to rest. */
async function closeBoth(face: HttpFace, station: Station): Promise<void> {
  await face.close();
  await station.shutdown();
}
