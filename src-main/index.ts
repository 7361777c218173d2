/** Electron's entry: starts the electron host. */
import { startElectronHost } from './hosts/electron/electron-host.ts';
import { locateInstallation } from './hosts/installation.ts';

startElectronHost(locateInstallation(import.meta.url));
