/** `/ws`: the contract over one lasting WebSocket per page. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { RPCHandler } from '@orpc/server/ws';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Station } from '../../station.ts';

/** Files go over HTTP; what is left fits many times over. */
const maxMessageBytes = 16 * 1024 * 1024;
/** A page that went away without a word (a tablet out of reach) is let go after two of these. */
const heartbeatMs = 20_000;
const goingAway = 1001;

export interface SocketFace {
  /** Takes a connection whose caller has been let in. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): void;
}

export function createSocketFace(station: Station): SocketFace {
  const handler = new RPCHandler(station.router);
  const server = new WebSocketServer({ noServer: true, maxPayload: maxMessageBytes });
  const answered = new WeakSet<WebSocket>();
  const heartbeat = setInterval(() => {
    for (const socket of server.clients) {
      if (!answered.delete(socket)) socket.terminate();
      else socket.ping();
    }
  }, heartbeatMs);
  server.on('connection', (socket: WebSocket) => {
    answered.add(socket);
    socket.on('pong', () => answered.add(socket));
    // A broken frame closes the socket; the reason is its sender's.
    socket.on('error', (error) => station.log.debug({ err: error }, 'a page’s socket failed'));
    void handler.upgrade(socket, { context: {} });
  });
  return {
    accept: (request, socket, head) =>
      server.handleUpgrade(request, socket, head, (client) => server.emit('connection', client, request)),
    close: () => {
      clearInterval(heartbeat);
      for (const socket of server.clients) socket.close(goingAway, 'the station ends');
      server.close();
    },
  };
}
