/** The preload: the few narrow functions that a page in Electron gets, and nothing of Electron itself. */
import { contextBridge, ipcRenderer, webUtils } from 'electron';
import type { ConnectMessage, FieldstationBridge } from './bridge.d.ts';

const connectMessage: ConnectMessage = 'fieldstation.connect';

const bridge: FieldstationBridge = {
  host: 'electron',
  pathForFile: (file) => webUtils.getPathForFile(file),
  choosePaths: (kind) => ipcRenderer.invoke('fieldstation.choosePaths', kind),
};

contextBridge.exposeInMainWorld('fieldstation', bridge);

window.addEventListener('message', (event) => {
  const [port] = event.ports;
  if (event.source !== window || event.data !== connectMessage || !port) return;
  ipcRenderer.postMessage(connectMessage, null, [port]);
});
