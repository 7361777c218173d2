import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { assertUsableToken, isSameToken, readOrCreateToken } from '../../../src-main/hosts/access-token.ts';
import { readOrCreateSealedToken, type SecretSeal } from '../../../src-main/hosts/electron/sealed-token.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fieldstation-token-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test('a folder keeps its token, readable by its owner alone', () => {
  const token = readOrCreateToken(dir);
  expect(token.length).toBeGreaterThanOrEqual(32);
  expect(readOrCreateToken(dir)).toBe(token);
  expect(statSync(join(dir, 'access-token')).mode & 0o777).toBe(0o600);
});

test.each(['', 'short', 'with a space in it, which no cookie takes'])(
  'a file that holds %j is replaced',
  (content) => {
    writeFileSync(join(dir, 'access-token'), content);
    expect(readOrCreateToken(dir)).not.toBe(content);
    expect(() => assertUsableToken(content)).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }));
  },
);

test('tokens are compared as wholes', () => {
  expect(isSameToken('abc', 'abc')).toBe(true);
  expect(isSameToken('ab', 'abc')).toBe(false);
  expect(isSameToken('abcd', 'abc')).toBe(false);
});

function createSeal(isTrustworthy: boolean): SecretSeal {
  return {
    isTrustworthy: async () => isTrustworthy,
    seal: async (text) => Buffer.from([...text].reverse().join('')),
    open: async (sealed) => [...sealed.toString()].reverse().join(''),
  };
}

test('on a desktop the token is kept sealed', async () => {
  const token = await readOrCreateSealedToken(dir, createSeal(true));
  expect(await readOrCreateSealedToken(dir, createSeal(true))).toBe(token);
  expect(readFileSync(join(dir, 'access-token.sealed'), 'utf8')).not.toContain(token);
});

test('where the system can only disguise it, the token is not kept at all', async () => {
  const token = await readOrCreateSealedToken(dir, createSeal(false));
  expect(await readOrCreateSealedToken(dir, createSeal(false))).not.toBe(token);
  expect(() => statSync(join(dir, 'access-token.sealed'))).toThrow();
});
