import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';

it("runs the README's example as it stands there", async () => {
  const readme = readFileSync(`${import.meta.dirname}/../../../src-main/engine/README.md`, 'utf8');
  const [, code = ''] = readme.match(/```ts\n(.*?)```/s) ?? [];
  const file = `${import.meta.dirname}/readme-example.${process.pid}.ts`;
  writeFileSync(file, code);
  try {
    const { certainty, text } = (await import(file)) as { certainty: number; text: string };
    expect(certainty).toBeGreaterThan(0.5);
    expect(text).toMatch(/^graph \w.*\(images : u8\[1,16,16,3\]\) \{\n/);
    expect(text).toMatch(/^ {2}%\d+ = Conv\(%\d+, \S+, \S+\) \{pads=\[1,1,1,1\]\} : f32\[1,\d+,\d+,\d+\]/m);
  } finally {
    rmSync(file);
  }
});
