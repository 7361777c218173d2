/** kill -9 at many points: everything acknowledged is there, nothing is half there, the folder is free. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createRandom } from '../../src-main/base/random.ts';
import { findRunningStation } from '../../src-main/store/station-lock.ts';
import { openStore } from '../../src-main/store/store.ts';
import { createTemporaryFolder } from '../main/store/temporary-folder.ts';

const writer = join(import.meta.dirname, 'store-writer.ts');

/** Runs the writer and kills it `afterMs` after its first answer; returns what it had acknowledged. */
async function writeAndKill(dataDir: string, round: number, afterMs: number): Promise<number[]> {
  const child = spawn(process.execPath, [writer, dataDir, String(round)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let answers = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    answers += text;
  });
  await once(child.stdout, 'data');
  await delay(afterMs);
  const closed = once(child, 'close');
  child.kill('SIGKILL');
  await closed;
  return answers.slice(0, answers.lastIndexOf('\n')).split('\n').map(Number);
}

test('a writer killed at ten random moments has lost nothing that it was told is durable', async () => {
  const dataDir = createTemporaryFolder();
  const random = createRandom(1, 'kill');
  const acknowledged: number[] = [];
  for (let round = 0; round < 10; round++) {
    acknowledged.push(...(await writeAndKill(dataDir, round, random.uniform(0, 120))));
    expect(findRunningStation(dataDir)).toBeUndefined();
    const store = openStore(dataDir, { create: false });
    const versions = new Set(
      store.db.all<{ version: number }>('SELECT version FROM model_version').map(({ version }) => version),
    );
    expect(acknowledged.filter((first) => ![0, 1, 2].every((part) => versions.has(first + part)))).toEqual(
      [],
    );
    expect(versions.size % 3).toBe(0);
    const report = await store.maintenance.checkIntegrity({ isDeep: round === 9 });
    expect(report).toMatchObject({ integrity: 'ok', problems: [] });
    store.close();
  }
  expect(acknowledged.length).toBeGreaterThan(10);
});
