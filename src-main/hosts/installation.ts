/** Where this Fieldstation's own files lie, seen from the script that was started: source tree or built bundle. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Installation {
  readonly root: string;
  readonly version: string;
  /** Script of the worker processes. */
  readonly workerEntry: string;
  /** Folder of the built page. */
  readonly pageDir: string;
  readonly preload: string;
}

/** @param entryUrl `import.meta.url` of an entry file: bundled modules lie elsewhere than their sources. */
export function locateInstallation(entryUrl: string): Installation {
  const entry = fileURLToPath(entryUrl);
  const root = findRoot(dirname(entry));
  const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return {
    root,
    version: readVersion(manifest),
    workerEntry: entry.endsWith('.ts') ? join(root, 'src-main/worker.ts') : join(root, 'out/main/worker.js'),
    pageDir: join(root, 'out/renderer'),
    preload: join(root, 'out/preload/index.cjs'),
  };
}

function findRoot(dir: string): string {
  if (existsSync(join(dir, 'package.json'))) return dir;
  const parent = dirname(dir);
  if (parent === dir) throw new Error('bug: no package.json above the started script');
  return findRoot(parent);
}

function readVersion(manifest: unknown): string {
  if (typeof manifest !== 'object' || manifest === null || !('version' in manifest)) return '0.0.0';
  return String(manifest.version);
}
