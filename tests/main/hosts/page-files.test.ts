import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findPageFile } from '../../../src-main/hosts/page-files.ts';
import { parsePictureAddress } from '../../../src-main/hosts/picture-paths.ts';

const root = mkdtempSync(join(tmpdir(), 'fieldstation-page-'));
const page = join(root, 'page');

beforeAll(() => {
  mkdirSync(join(page, 'assets'), { recursive: true });
  writeFileSync(join(page, 'index.html'), '<!doctype html>');
  writeFileSync(join(page, 'assets/index-1a2b.js'), 'export {}');
  writeFileSync(join(root, 'secret.txt'), 'secret');
  symlinkSync(join(root, 'secret.txt'), join(page, 'link.txt'));
  mkdirSync(join(root, 'page-of-another'));
  writeFileSync(join(root, 'page-of-another/x.txt'), 'secret');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

test('finds the page and its parts, with the type and the time they keep', async () => {
  expect(await findPageFile(page, '/')).toMatchObject({
    contentType: 'text/html; charset=utf-8',
    cacheControl: 'no-cache',
  });
  expect(await findPageFile(page, '/assets/index-1a2b.js')).toMatchObject({
    contentType: 'text/javascript; charset=utf-8',
    cacheControl: expect.stringContaining('immutable'),
  });
});

test.each([
  '/../secret.txt',
  '/assets/../../secret.txt',
  '/%2e%2e/secret.txt',
  '/%2e%2e%2fsecret.txt',
  '/%252e%252e%252fsecret.txt',
  '/..%5csecret.txt',
  '/assets/..\\..\\secret.txt',
  '/index.html%00.txt',
  '/C:/secret.txt',
  '/%',
  '//../secret.txt',
  '/link.txt',
  '/../page-of-another/x.txt',
])('refuses %s', async (path) => {
  await expect(findPageFile(page, path)).rejects.toMatchObject({ code: 'PATH_FORBIDDEN' });
});

test.each(['/nothing.js', '/assets', '/assets/'])('%s is not there', async (path) => {
  await expect(findPageFile(page, path)).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

const hash = 'ab'.repeat(32);

test('a picture address is a hash and nothing else', () => {
  expect(parsePictureAddress(`/pictures/${hash}`)).toEqual({ kind: 'original', hash });
  expect(parsePictureAddress(`/thumbnails/${hash}`)).toEqual({ kind: 'thumbnail', hash });
  expect(parsePictureAddress('/index.html')).toBeUndefined();
});

test.each([
  '/pictures/../station.db',
  '/pictures/%2e%2e%2fstation.db',
  '/pictures/..%2f..%2fetc%2fpasswd',
  `/pictures/${hash}/../../station.db`,
  `/pictures/${hash.toUpperCase()}`,
  `/pictures/${hash}%00`,
  `/pictures/%61${hash.slice(1)}`,
  '/pictures//etc/passwd',
  '/thumbnails/',
])('the image route refuses %s', (path) => {
  expect(() => parsePictureAddress(path)).toThrow(expect.objectContaining({ code: 'PATH_FORBIDDEN' }));
});
