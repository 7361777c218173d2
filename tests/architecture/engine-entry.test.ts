/** What somebody who uses the engine alone reads: its entry says of each export what it is for. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const entry = join(import.meta.dirname, '../../src-main/engine/index.ts');

test('each export of the engine has a doc comment where it is declared', () => {
  const bare = listExports().filter(({ file, name }) => !isDocumented(readFileSync(file, 'utf8'), name));
  expect(bare.map(({ name }) => name)).toEqual([]);
});

test('the engine’s README is read in a minute: forty lines, the example among them', () => {
  const readme = readFileSync(join(dirname(entry), 'README.md'), 'utf8');
  expect(readme.trimEnd().split('\n').length).toBeLessThanOrEqual(40);
  expect(readme).toContain('```ts');
});

function listExports(): { readonly name: string; readonly file: string }[] {
  const text = readFileSync(entry, 'utf8');
  const statements = [...text.matchAll(/export (?:type )?\{([^}]*)\} from '([^']+)'/g)];
  return statements.flatMap(([, names = '', path = '']) =>
    names.split(',').flatMap((name) => {
      const trimmed = name.trim();
      return trimmed === '' ? [] : [{ name: trimmed, file: join(dirname(entry), path) }];
    }),
  );
}

/** Also where the file passes it on from another. */
function isDocumented(source: string, name: string): boolean {
  const declaration = new RegExp(
    `^export (?:async )?(?:function|const|interface|type|class) ${name}\\b`,
    'm',
  );
  const at = source.search(declaration);
  return at < 0 ? source.includes(`{ ${name} } from`) : source.slice(0, at).endsWith('*/\n');
}
