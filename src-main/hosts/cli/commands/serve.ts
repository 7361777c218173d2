/** `serve`: runs the station in plain Node until Ctrl-C, for browsers and programs. */
import type { Command } from 'commander';
import { resolveDataDir } from '../../data-folder.ts';
import { defaultPort, describeService, loopbackHost, serveStation } from '../../headless/serve-station.ts';
import type { Installation } from '../../installation.ts';
import { onceAskedToEnd } from '../../process-end.ts';
import { openStationLog } from '../../station-log.ts';
import { type CommonOptions, exitStatus, printError } from '../command.ts';
import { collect, parsePort } from '../option-values.ts';

interface ServeCommandOptions extends CommonOptions {
  readonly host: string;
  readonly port: number;
  readonly token?: string;
  readonly allowHost?: string[];
}

export function registerServe(program: Command, installation: Installation): void {
  program
    .command('serve')
    .description('answer browsers and programs over HTTP until Ctrl-C')
    .option('--host <address>', 'beyond this machine only with care: 0.0.0.0', loopbackHost)
    .option('--port <number>', '0: any free one', parsePort, defaultPort)
    .option('--token <token>', 'instead of the one kept in the data folder')
    .option(
      '--allow-host <name>',
      'a further name of this station, as of a proxy; may be given more than once',
      collect,
    )
    .action((options: ServeCommandOptions) => serve(installation, options));
}

async function serve(installation: Installation, options: ServeCommandOptions): Promise<void> {
  try {
    await serveUntilEnd(installation, options);
    process.exit(exitStatus.success);
  } catch (error) {
    process.exit(printError(error, options));
  }
}

async function serveUntilEnd(installation: Installation, options: ServeCommandOptions): Promise<void> {
  const dataDir = resolveDataDir(options.dataDir);
  const { host, port, token, json } = options;
  const allowedHosts = options.allowHost ?? [];
  const station = await serveStation({
    installation,
    dataDir,
    host,
    port,
    token,
    allowedHosts,
    log: openStationLog(dataDir, false),
    create: false,
  });
  const { address, loginAddress, networkAddresses } = station;
  const document = { address, loginAddress, networkAddresses, token: station.token, dataDir };
  console.log(json ? JSON.stringify(document) : describeService(dataDir, station));
  await onceAskedToEnd();
  await station.close();
}
