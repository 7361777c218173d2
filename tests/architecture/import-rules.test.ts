/** Holds the import rules of the design on the tree as it is, and the checker itself on made-up violations. */
import { globSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findBrokenRules, listImports, type SourceFile } from './import-rules.ts';

const root = join(import.meta.dirname, '..', '..');

function readTree(): SourceFile[] {
  const paths = globSync('{src-main,src-preload,src-renderer,build,tests}/**/*.{ts,tsx}', { cwd: root });
  return paths.map((path) => ({
    path: path.split(sep).join('/'),
    text: readFileSync(join(root, path), 'utf8'),
  }));
}

describe('the tree', () => {
  test('keeps the import rules', () => {
    expect(findBrokenRules(readTree())).toEqual([]);
  });

  test('is really read', () => {
    expect(readTree().length).toBeGreaterThan(50);
  });
});

describe('the checker', () => {
  const broken: readonly (readonly [rule: string, path: string, text: string, fault: RegExp])[] = [
    [
      'a lower layer that reaches up',
      'src-main/base/clock.ts',
      "import { x } from '../store/store.ts';",
      /base may import nothing/,
    ],
    [
      'a store that knows a job',
      'src-main/store/a.ts',
      "import type { J } from '../jobs/queue.ts';",
      /not jobs/,
    ],
    [
      'a domain that knows another',
      'src-main/loop/training/a.ts',
      "import { x } from '../dataset/b.ts';",
      /never import each other/,
    ],
    [
      'an api that knows its host',
      'src-main/api/a.ts',
      "import { x } from '../hosts/cli/a.ts';",
      /not hosts/,
    ],
    [
      'electron in the station',
      'src-main/station.ts',
      "import { app } from 'electron';",
      /electron is imported only/,
    ],
    [
      'electron loaded late',
      'src-main/api/a.ts',
      "const e = await import('electron');",
      /electron is imported only/,
    ],
    [
      'a second door to SQLite',
      'src-main/store/other.ts',
      "import Sqlite from 'better-sqlite3';",
      /better-sqlite3 is imported only/,
    ],
    [
      'the runtime outside the engine',
      'src-main/loop/training/a.ts',
      "import ort from 'onnxruntime-node';",
      /onnxruntime-node is imported only/,
    ],
    ['decoding outside vision', 'src-main/api/a.ts', "import sharp from 'sharp';", /sharp is imported only/],
    [
      'a page that reaches into main',
      'src-renderer/a.tsx',
      "import { x } from '../src-main/base/clock.ts';",
      /share the contract/,
    ],
    [
      'an import over several lines',
      'src-renderer/a.tsx',
      "import {\n  x,\n} from '../src-main/base/clock.ts';",
      /share the contract/,
    ],
    ['SQL outside the store', 'src-main/loop/dataset/a.ts', "db.all('SELECT hash FROM image');", /SQL text/],
    ['a barrel', 'src-main/jobs/index.ts', "export { x } from './queue.ts';", /only re-exports/],
    ['a file that is too long', 'src-main/base/a.ts', '\n'.repeat(600), /601 lines/],
  ];

  test.each(broken)('finds %s', (_rule, path, text, fault) => {
    expect(findBrokenRules([{ path, text }])).toEqual([expect.stringMatching(fault)]);
  });

  const kept: readonly (readonly [rule: string, path: string, text: string])[] = [
    [
      'the contract everywhere',
      'src-main/base/a.ts',
      "import { x } from '../../src-preload/contract/ids.ts';",
    ],
    [
      'a host that starts the station',
      'src-main/hosts/cli/a.ts',
      "import { createStation } from '../../station.ts';",
    ],
    ['the pipeline over the domains', 'src-main/loop/pipeline/a.ts', "import { x } from '../dataset/b.ts';"],
    ['SQL in the store', 'src-main/store/tables/a.ts', "db.all('SELECT hash FROM image');"],
    [
      'a comment about an import',
      'src-main/base/a.ts',
      "// import { app } from 'electron'\n/** import x from 'sharp' */",
    ],
    ['the word in a sentence', 'src-main/api/a.ts', "throw new Error('Select a file from the list');"],
  ];

  test.each(kept)('allows %s', (_rule, path, text) => {
    expect(findBrokenRules([{ path, text }])).toEqual([]);
  });

  test('sees every form of import', () => {
    const text =
      "import './side.ts';\nimport a from './a.ts';\nexport * from './b.ts';\nconst c = import('./c.ts');\nimport type { D } from 'd';";
    expect(listImports({ path: 'x/y.ts', text })).toEqual(['x/a.ts', 'x/b.ts', 'd', 'x/side.ts', 'x/c.ts']);
  });
});
