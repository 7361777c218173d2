/** The two messages that a page may send: connect me to the station, let me choose files. */
import { RPCHandler } from '@orpc/server/message-port';
import { BrowserWindow, dialog, type IpcMainEvent, type IpcMainInvokeEvent, ipcMain } from 'electron';
import { z } from 'zod';
import type { ConnectMessage } from '../../../src-preload/bridge.d.ts';
import type { Station } from '../../station.ts';
import { isTrustedSender } from './page-scheme.ts';

const connectMessage: ConnectMessage = 'fieldstation.connect';
const choiceSchema = z.enum(['files', 'folder']);
const pictureExtensions = ['jpg', 'jpeg', 'png', 'webp', 'gif', 'tif', 'tiff', 'avif', 'bmp'];

export function answerPageMessages(station: Station): void {
  const handler = new RPCHandler(station.router);
  ipcMain.on(connectMessage, (event) => {
    const [port] = event.ports;
    if (!isFromPage(event) || !port) return;
    handler.upgrade(port, { context: {} });
    port.start();
  });
  ipcMain.handle('fieldstation.choosePaths', (event, kind: unknown) => {
    if (!isFromPage(event)) throw new Error('this message is taken from the app’s own page alone');
    return choosePaths(BrowserWindow.fromWebContents(event.sender), choiceSchema.parse(kind));
  });
}

function isFromPage({ senderFrame }: IpcMainEvent | IpcMainInvokeEvent): boolean {
  return isTrustedSender(senderFrame && { url: senderFrame.url, isTopFrame: senderFrame.parent === null });
}

async function choosePaths(
  window: BrowserWindow | null,
  kind: z.infer<typeof choiceSchema>,
): Promise<string[]> {
  const options: Electron.OpenDialogOptions =
    kind === 'folder'
      ? { properties: ['openDirectory', 'multiSelections'] }
      : {
          properties: ['openFile', 'multiSelections'],
          filters: [{ name: 'Pictures', extensions: pictureExtensions }],
        };
  const choice = await (window ? dialog.showOpenDialog(window, options) : dialog.showOpenDialog(options));
  return choice.filePaths;
}
