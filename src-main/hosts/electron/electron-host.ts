/** The electron host: the station with windows, menu and tray, and the same HTTP face on loopback for programs. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { app, type BrowserWindow, dialog, protocol, session, type Tray } from 'electron';
import { AppError } from '../../base/app-error.ts';
import { systemClock } from '../../base/clock.ts';
import { createLog, type Log } from '../../base/log.ts';
import { createStation, type Station } from '../../station.ts';
import { resolveDataDir } from '../data-folder.ts';
import { type HttpFace, openHttpFace } from '../headless/http-face.ts';
import { defaultPort, loopbackHost } from '../headless/serve-station.ts';
import type { Installation } from '../installation.ts';
import { createTray, setMenu } from './desktop-menu.ts';
import { answerPageMessages } from './page-messages.ts';
import { pageScheme, schemePrivileges } from './page-scheme.ts';
import { guardEveryPage, guardSession, openWindow } from './page-window.ts';
import { safeStorageSeal } from './safe-storage-seal.ts';
import { createSchemeHandler } from './scheme-handler.ts';
import { readOrCreateSealedToken } from './sealed-token.ts';
import { createUtilityLauncher } from './utility-launcher.ts';

interface Desktop {
  readonly station: Station;
  readonly face: HttpFace;
  readonly tray: Tray;
}

/**
 * Called once, before Electron is ready. It returns at once: waiting for readiness at the top level of an ES module
 * would wait for ever.
 */
export function startElectronHost(installation: Installation): void {
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return;
  }
  app.enableSandbox();
  protocol.registerSchemesAsPrivileged([{ scheme: pageScheme, privileges: schemePrivileges }]);
  guardEveryPage();
  const log = createLog({ file: join(app.getPath('logs'), 'station.log') });
  logCrashes(log);
  const desktop = app.whenReady().then(() => openDesktop(installation, log));
  desktop.catch((error: unknown) => giveUp(error, log));
  quitInOrder(desktop);
}

async function openDesktop(installation: Installation, log: Log): Promise<Desktop> {
  const dataDir = resolveDataDir(readDataDir());
  const station = createStation({
    dataDir,
    host: 'electron',
    version: installation.version,
    launcher: createUtilityLauncher(installation.workerEntry),
    clock: systemClock,
    log,
    create: true,
  });
  const token = await readOrCreateSealedToken(dataDir, safeStorageSeal);
  const face = await openFace(installation, station, token);
  station.announce(face.address, token);
  guardSession(session.defaultSession);
  protocol.handle(pageScheme, createSchemeHandler(station, installation.pageDir));
  answerPageMessages(station);
  return { station, face, tray: showDesktop(installation) };
}

function showDesktop(installation: Installation): Tray {
  setMenu(!app.isPackaged);
  const showWindow = createWindowShower(installation.preload);
  app.on('second-instance', showWindow);
  app.on('activate', showWindow);
  // Jobs go on without a window; the tray and a second start bring it back.
  app.on('window-all-closed', () => undefined);
  showWindow();
  return createTray(join(installation.root, 'resources/icon.png'), { showWindow });
}

function createWindowShower(preload: string): () => void {
  let window: BrowserWindow | undefined;
  return () => {
    if (!window || window.isDestroyed()) window = openWindow(preload);
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
  };
}

/** Programs find the station at its usual port where that is free. */
function openFace({ pageDir }: Installation, station: Station, token: string): Promise<HttpFace> {
  const open = (port: number) => openHttpFace({ station, host: loopbackHost, port, token, pageDir });
  return open(defaultPort).catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'ADDRESS_UNAVAILABLE') return open(0);
    throw error;
  });
}

/** Quitting waits until jobs are brought to rest and the store is closed. */
function quitInOrder(desktop: Promise<Desktop>): void {
  let isAtRest = false;
  app.on('will-quit', (event) => {
    if (isAtRest) return;
    event.preventDefault();
    void desktop
      .then(async ({ station, face, tray }) => {
        tray.destroy();
        await face.close();
        await station.shutdown();
      })
      .catch(() => undefined)
      .finally(() => {
        isAtRest = true;
        app.quit();
      });
  });
}

function logCrashes(log: Log): void {
  app.on('render-process-gone', (_event, contents, details) => {
    log.error({ details, url: contents.getURL() }, 'the page crashed');
    if (details.reason !== 'clean-exit' && details.reason !== 'killed') contents.reload();
  });
  app.on('child-process-gone', (_event, details) => log.error({ details }, 'a process of the app is gone'));
  process.on('uncaughtException', (error) => log.fatal({ err: error }, 'uncaught'));
  process.on('unhandledRejection', (error) => log.fatal({ err: error }, 'unhandled rejection'));
}

function giveUp(error: unknown, log: Log): void {
  log.fatal({ err: error }, 'the station could not start');
  dialog.showErrorBox('Fieldstation could not start', error instanceof Error ? error.message : String(error));
  app.exit(1);
}

function readDataDir(): string | undefined {
  const { values } = parseArgs({ options: { 'data-dir': { type: 'string' } }, strict: false });
  const named = values['data-dir'];
  return typeof named === 'string' ? named : undefined;
}
