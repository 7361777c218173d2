/** The log: whole lines of JSON, a file of bounded size. */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createLog } from '../../../src-main/base/log.ts';
import { createTemporaryFolder } from '../store/temporary-folder.ts';

test('an error is logged with its stack, in a folder that was not there before', () => {
  const file = join(createTemporaryFolder(), 'logs', 'station.log');
  createLog({ file }).error({ err: new TypeError('no such thing') }, 'it broke');
  const line = JSON.parse(readFileSync(file, 'utf8'));
  expect(line).toMatchObject({
    msg: 'it broke',
    err: { type: 'TypeError', stack: expect.stringContaining('log.test') },
  });
});

test.runIf(existsSync('/dev/full'))('a full disk costs the log its lines, not the station its life', () => {
  const log = createLog({ file: '/dev/full' });
  for (let line = 0; line < 10; line++) log.error('nobody will read this');
});

test('a file that has grown too large is put aside when it is opened', () => {
  const file = join(createTemporaryFolder(), 'station.log');
  writeFileSync(file, Buffer.alloc(10 * 1024 * 1024 + 1));
  createLog({ file }).info('afresh');
  expect(statSync(file).size).toBeLessThan(200);
  expect(statSync(`${file}.1`).size).toBeGreaterThan(10 * 1024 * 1024);
});
