/**
 * How a page reaches the station, in Electron and in a browser.
 *
 * Both hosts serve the page, and beside it under the same origin (`http://host:port` or `app://station`):
 * - `/pictures/<hash>`: the original bytes, or a PNG where a browser can not show the format;
 * - `/thumbnails/<hash>`: a small JPEG; both by the picture's sha-256, immutable, fit for `<img src>`;
 * - `/rpc`: oRPC over HTTP (`@orpc/client/fetch`), for calls that carry files.
 *
 * Everything else goes over one lasting connection:
 * - in a browser (`window.fieldstation` is undefined): oRPC over the WebSocket `/ws`
 *   (`@orpc/client/websocket`); the login cookie goes along by itself;
 * - in Electron: oRPC over a MessagePort (`@orpc/client/message-port`). A port can not cross the context
 *   bridge, so the page makes the channel and the preload passes one end on:
 *
 *       const { port1, port2 } = new MessageChannel();
 *       window.postMessage('fieldstation.connect' satisfies ConnectMessage, window.location.origin, [port2]);
 *       const link = new RPCLink({ port: port1 });
 *       port1.start();
 */

/** What the page posts to its own window, with one MessagePort, to be connected to the station. */
export type ConnectMessage = 'fieldstation.connect';

/** `window.fieldstation`: there in Electron only. */
export interface FieldstationBridge {
  readonly host: 'electron';
  /**
   * Absolute path of a file or folder that was dropped or chosen: `collector.importPaths` takes it without an upload.
   * Empty for a File that does not come from the disk.
   */
  pathForFile(file: File): string;
  /** The system's dialog for pictures (`files`) or folders; empty when it was closed without a choice. */
  choosePaths(kind: 'files' | 'folder'): Promise<string[]>;
}

declare global {
  interface Window {
    readonly fieldstation?: FieldstationBridge;
  }
}
