/** The few pages that the server writes itself: plain HTML without a script. */
import type { OpenAPIDocument } from './rest-document.ts';

/** Shown to a person who opens the station without its token. */
export function renderLoginPage(reason: string): string {
  return renderPage(
    'Fieldstation: token needed',
    `<h1>This station asks for its token</h1>
<p>${escapeHtml(reason)}.</p>
<form action="/" method="get"><label>Token <input name="token" type="password" autocomplete="off" required autofocus></label>
<button type="submit">Open</button></form>`,
  );
}

/** Shown where the page has not been built. */
export function renderMissingPage(pageDir: string): string {
  return renderPage(
    'Fieldstation: page not built',
    `<h1>The page is not built yet</h1>
<p>There is nothing in <code>${escapeHtml(pageDir)}</code>. Run <code>npm run build</code> and reload, or start the station with <code>npm start</code>, which builds it. The calls under <a href="/api/v1/docs">/api/v1</a> work meanwhile.</p>`,
  );
}

/** The OpenAPI document for people. */
export function renderDocumentation(document: OpenAPIDocument): string {
  const rows = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    Object.entries(item ?? {}).map(
      ([method, operation]) =>
        `<tr><td>${method.toUpperCase()}</td><td><code>/api/v1${escapeHtml(path)}</code></td><td>${escapeHtml(summaryOf(operation))}</td></tr>`,
    ),
  );
  return renderPage(
    'Fieldstation: REST',
    `<h1>${escapeHtml(document.info.title)}</h1>
<p>${escapeHtml(document.info.description ?? '')}</p>
<p>The whole description: <a href="/api/v1/openapi.json">openapi.json</a>.</p>
<pre>curl -F image=@leaf.jpg http://127.0.0.1:PORT/api/v1/predict
curl --data-binary @leaf.jpg http://127.0.0.1:PORT/api/v1/predict
curl -H "Authorization: Bearer TOKEN" http://127.0.0.1:PORT/api/v1/models</pre>
<table><thead><tr><th>Method</th><th>Path</th><th>What it does</th></tr></thead><tbody>${rows.join('')}</tbody></table>`,
  );
}

function summaryOf(operation: unknown): string {
  if (typeof operation !== 'object' || operation === null || !('summary' in operation)) return '';
  return typeof operation.summary === 'string' ? operation.summary : '';
}

function renderPage(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><title>${escapeHtml(title)}</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:3rem auto;padding:0 1rem}code,pre{font-size:.9em}
table{border-collapse:collapse}td,th{text-align:left;padding:.25rem 1rem .25rem 0;vertical-align:top}
input,button{font:inherit;padding:.4rem .6rem}</style></head><body>${body}</body></html>
`;
}

function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
  };
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? character);
}
