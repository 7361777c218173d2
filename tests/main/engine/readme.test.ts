import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';

it("runs the README's example as it stands there", async () => {
  const readme = readFileSync(`${import.meta.dirname}/../../../src-main/engine/README.md`, 'utf8');
  const [, code = ''] = readme.match(/```ts\n(.*?)```/s) ?? [];
  const file = `${import.meta.dirname}/readme-example.${process.pid}.ts`;
  writeFileSync(file, code);
  try {
    const { certainty } = (await import(file)) as { certainty: number };
    expect(certainty).toBeGreaterThan(0.5);
  } finally {
    rmSync(file);
  }
});
