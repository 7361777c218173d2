/** `npm run dev [-- --data-dir DIR]`: the page from Vite with hot reload, in front of a headless station that restarts on change. */
import type { ClientRequest } from 'node:http';
import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { createServer, type ProxyOptions } from 'vite';
import { startRestartingStation } from './restarting-station.ts';
import { projectRoot } from './run-command.ts';

const pagePort = 5173;
const stationPort = 4311;
/** Known to whoever reads this file: both servers listen on loopback alone. */
const token = 'development-only-token';

const station = startRestartingStation([
  '--port',
  String(stationPort),
  '--token',
  token,
  ...process.argv.slice(2),
]);
const page = await createServer({
  root: join(projectRoot, 'src-renderer'),
  configFile: false,
  plugins: [react()],
  css: { postcss: projectRoot },
  server: { port: pagePort, strictPort: true, host: '127.0.0.1', proxy: stationProxy() },
});
await page.listen();
console.log(`The page with hot reload: http://127.0.0.1:${pagePort}/`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void end());

async function end(): Promise<void> {
  await Promise.all([station.close(), page.close()]);
  process.exit(0);
}

/** The page's own origin is Vite's: the station hears its calls as those of a program that holds the token. */
function stationProxy(): Record<string, ProxyOptions> {
  const asProgram = (request: ClientRequest) => {
    for (const name of ['origin', 'cookie', 'sec-fetch-site', 'sec-fetch-mode']) request.removeHeader(name);
  };
  const options: ProxyOptions = {
    target: `http://127.0.0.1:${stationPort}`,
    changeOrigin: true,
    headers: { authorization: `Bearer ${token}` },
    configure: (proxy) => {
      proxy.on('proxyReq', asProgram);
      proxy.on('proxyReqWs', asProgram);
    },
  };
  const paths = ['/rpc', '/api', '/pictures', '/thumbnails'];
  return { ...Object.fromEntries(paths.map((path) => [path, options])), '/ws': { ...options, ws: true } };
}
