/** How this page reaches the station: a message port in Electron, a WebSocket in a browser, HTTP for files in both. */
import type { ClientContext, ClientLink } from '@orpc/client';
import { RPCLink as FetchLink } from '@orpc/client/fetch';
import { RPCLink as PortLink } from '@orpc/client/message-port';
import type { ConnectMessage } from '../../src-preload/bridge.d.ts';
import { useConnection } from './connection-store.ts';
import { ReconnectingLink } from './reconnecting-link.ts';

export interface Transport {
  readonly link: ClientLink<ClientContext>;
  /** For calls that carry files. */
  readonly uploadLink: ClientLink<ClientContext>;
}

/** Opens the way that this host offers; see src-preload/bridge.d.ts. */
export function openTransport(): Transport {
  const isElectron = window.fieldstation !== undefined;
  return {
    link: isElectron ? openPort() : openSocket(),
    uploadLink: new FetchLink({ url: `${window.location.origin}/rpc` }),
  };
}

function openSocket(): ClientLink<ClientContext> {
  const url = `${window.location.origin.replace(/^http/, 'ws')}/ws`;
  return new ReconnectingLink(url, useConnection.getState().setState);
}

function openPort(): ClientLink<ClientContext> {
  const { port1, port2 } = new MessageChannel();
  const message: ConnectMessage = 'fieldstation.connect';
  window.postMessage(message, window.location.origin, [port2]);
  const link = new PortLink<ClientContext>({ port: port1 });
  port1.start();
  useConnection.getState().setState('open');
  return link;
}
