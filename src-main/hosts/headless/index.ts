/** Entry of the headless host: `node src-main/hosts/headless/index.ts --data-dir DIR --host --port --token --allow-host`. */
import { parseArgs } from 'node:util';
import { AppError } from '../../base/app-error.ts';
import { resolveDataDir } from '../data-folder.ts';
import { locateInstallation } from '../installation.ts';
import { onceAskedToEnd } from '../process-end.ts';
import { openStationLog } from '../station-log.ts';
import { defaultPort, describeService, loopbackHost, serveStation } from './serve-station.ts';

try {
  await serve();
} catch (error) {
  if (!(error instanceof AppError)) throw error;
  console.error(`fieldstation: ${error.message}`);
  process.exit(1);
}

async function serve(): Promise<void> {
  const { values } = parseArgs({
    options: {
      'data-dir': { type: 'string' },
      host: { type: 'string', default: loopbackHost },
      port: { type: 'string', default: String(defaultPort) },
      token: { type: 'string' },
      'allow-host': { type: 'string', multiple: true, default: [] },
    },
  });
  const dataDir = resolveDataDir(values['data-dir']);
  const station = await serveStation({
    installation: locateInstallation(import.meta.url),
    dataDir,
    host: values.host,
    port: parsePort(values.port),
    token: values.token,
    allowedHosts: values['allow-host'],
    log: openStationLog(dataDir, true),
    create: true,
  });
  console.log(describeService(dataDir, station));
  await onceAskedToEnd();
  await station.close();
  process.exit(0);
}

function parsePort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new AppError(
    'INPUT_INVALID',
    `--port: expected a number from 0 to 65535, got ${JSON.stringify(text)}`,
  );
}
