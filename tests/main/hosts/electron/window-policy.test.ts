import { expect, test } from 'vitest';
import { contentSecurityPolicy, inertContentPolicy } from '../../../../src-main/hosts/content-policy.ts';
import { isOwnUrl, isTrustedSender, pageUrl } from '../../../../src-main/hosts/electron/page-scheme.ts';
import {
  isNavigationAllowed,
  isPermissionGranted,
  pagePreferences,
} from '../../../../src-main/hosts/electron/window-policy.ts';

test.each([
  ['app://station/', true],
  ['app://station/index.html#/models', true],
  ['app://station.evil.example/', false],
  ['app://evil@station/', false],
  ['app://other/', false],
  ['https://station/', false],
  ['file:///app://station/', false],
  ['javascript:alert(1)', false],
  ['about:blank', false],
  ['', false],
])('%s is our own: %s', (url, expected) => {
  expect(isOwnUrl(url)).toBe(expected);
  expect(isNavigationAllowed(url)).toBe(expected);
});

test('a message is taken from the top frame of our own page alone', () => {
  expect(isTrustedSender({ url: pageUrl, isTopFrame: true })).toBe(true);
  expect(isTrustedSender({ url: pageUrl, isTopFrame: false })).toBe(false);
  expect(isTrustedSender({ url: 'https://evil.example/', isTopFrame: true })).toBe(false);
  expect(isTrustedSender(null)).toBe(false);
});

test('a page gets what it uses of the system, and no other page gets that', () => {
  expect(isPermissionGranted('clipboard-sanitized-write', pageUrl)).toBe(true);
  expect(isPermissionGranted('clipboard-sanitized-write', 'https://evil.example/')).toBe(false);
  const refused = [
    'media',
    'geolocation',
    'usb',
    'serial',
    'hid',
    'openExternal',
    'clipboard-read',
    'notifications',
    'fileSystem',
  ];
  for (const permission of refused) expect(isPermissionGranted(permission, pageUrl)).toBe(false);
});

test('every switch of the safety list stands as it must', () => {
  expect(pagePreferences).toMatchObject({
    contextIsolation: true,
    sandbox: true,
    webSecurity: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webviewTag: false,
    navigateOnDragDrop: false,
  });
});

test('a page runs scripts from its own origin alone and stands in no frame', () => {
  const policy = contentSecurityPolicy();
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self';");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).toContain("object-src 'none'");
  expect(policy).not.toMatch(/script-src[^;]*unsafe/);
  expect(inertContentPolicy).toContain('sandbox');
});
