import { describe, expect, test } from 'vitest';
import {
  type AccessRequest,
  type AccessRules,
  decideAccess,
  isLoopback,
} from '../../../../src-main/hosts/headless/access-policy.ts';

const token = 'the-right-token-0123456789';
const loopback: AccessRules = { token, boundHost: '127.0.0.1', allowedHosts: [] };
const everywhere: AccessRules = { token, boundHost: '0.0.0.0', allowedHosts: ['station.example'] };

function ask(changes: Partial<AccessRequest>, rules = loopback): string {
  const access = decideAccess(
    {
      method: 'GET',
      rawPath: '/',
      host: '127.0.0.1:4310',
      origin: undefined,
      fetchSite: undefined,
      fetchMode: undefined,
      bearer: undefined,
      cookieToken: undefined,
      queryToken: undefined,
      ...changes,
    },
    rules,
  );
  return access.kind === 'refused' ? access.error.code : access.kind;
}

const predict = { method: 'POST', rawPath: '/api/v1/predict' } as const;

describe('the token', () => {
  test.each([
    ['as a bearer', { bearer: token }, 'full'],
    ['as a cookie', { cookieToken: token }, 'full'],
    ['in the address of the page', { queryToken: token }, 'login'],
    ['in the address, over an old cookie', { queryToken: token, cookieToken: 'of another station' }, 'login'],
    ['nowhere', {}, 'AUTH_REQUIRED'],
    ['wrong', { bearer: 'wrong' }, 'AUTH_REQUIRED'],
    ['empty', { bearer: '' }, 'AUTH_REQUIRED'],
    ['wrong in the address', { queryToken: 'wrong' }, 'AUTH_REQUIRED'],
    [
      'in the address of a call, where logs would keep it',
      { rawPath: '/api/v1/runs', queryToken: token },
      'AUTH_REQUIRED',
    ],
  ] as const)('%s', (_where, changes, outcome) => {
    expect(ask(changes)).toBe(outcome);
  });
});

describe('serving without a token', () => {
  test.each([
    ['a prediction on loopback', predict, loopback, 'serving'],
    ['its description', { rawPath: '/api/v1/openapi.json' }, loopback, 'serving'],
    ['from the station’s own page', { ...predict, origin: 'http://127.0.0.1:4310' }, loopback, 'serving'],
    ['with a wrong token all the same', { ...predict, bearer: 'wrong' }, loopback, 'AUTH_REQUIRED'],
    ['beyond loopback', { ...predict, host: '192.168.1.5:4310' }, everywhere, 'AUTH_REQUIRED'],
    ['by another method', { method: 'GET', rawPath: '/api/v1/predict' }, loopback, 'AUTH_REQUIRED'],
    [
      'by a path that only begins alike',
      { method: 'POST', rawPath: '/api/v1/predict/../runs' },
      loopback,
      'AUTH_REQUIRED',
    ],
  ] as const)('%s', (_what, changes, rules, outcome) => {
    expect(ask(changes, rules)).toBe(outcome);
  });
});

describe('the Origin', () => {
  test.each([
    ['http://127.0.0.1:4310', 'full'],
    ['https://127.0.0.1:4310', 'full'],
    ['http://127.0.0.1:4311', 'ORIGIN_FORBIDDEN'],
    ['http://evil.example', 'ORIGIN_FORBIDDEN'],
    ['http://127.0.0.1:4310.evil.example', 'ORIGIN_FORBIDDEN'],
    ['null', 'ORIGIN_FORBIDDEN'],
    ['app://127.0.0.1:4310', 'ORIGIN_FORBIDDEN'],
    ['', 'ORIGIN_FORBIDDEN'],
  ])('%j, even with the right token: %s', (origin, outcome) => {
    expect(ask({ origin, bearer: token })).toBe(outcome);
  });

  test('is not needed to see that another page loads something', () => {
    const image = { rawPath: '/pictures/x', cookieToken: token, fetchMode: 'no-cors' };
    expect(ask({ ...image, fetchSite: 'cross-site' })).toBe('ORIGIN_FORBIDDEN');
    expect(ask({ ...image, fetchSite: 'same-site' })).toBe('ORIGIN_FORBIDDEN');
    expect(ask({ ...image, fetchSite: 'same-origin' })).toBe('full');
    expect(ask({ rawPath: '/', queryToken: token, fetchSite: 'cross-site', fetchMode: 'navigate' })).toBe(
      'login',
    );
  });
});

describe('the Host', () => {
  test.each([
    ['localhost:4310', loopback, 'full'],
    ['[::1]:4310', loopback, 'full'],
    ['rebound.evil.example:4310', loopback, 'ORIGIN_FORBIDDEN'],
    ['192.168.1.5:4310', loopback, 'ORIGIN_FORBIDDEN'],
    ['192.168.1.5:4310', everywhere, 'full'],
    ['station.example', everywhere, 'full'],
    ['rebound.evil.example', everywhere, 'ORIGIN_FORBIDDEN'],
    ['127.0.0.1.evil.example', loopback, 'ORIGIN_FORBIDDEN'],
    ['127.0.0.1@evil.example', loopback, 'ORIGIN_FORBIDDEN'],
    ['', loopback, 'ORIGIN_FORBIDDEN'],
    [undefined, loopback, 'ORIGIN_FORBIDDEN'],
  ] as const)('%j', (host, rules, outcome) => {
    expect(ask({ host, bearer: token }, rules)).toBe(outcome);
  });

  test.each([
    ['127.0.0.1', true],
    ['127.1.2.3', true],
    ['localhost', true],
    ['::1', true],
    ['0.0.0.0', false],
    ['127.evil.example', false],
    ['localhost.evil.example', false],
  ])('%s is loopback: %s', (host, expected) => {
    expect(isLoopback(host)).toBe(expected);
  });
});

test('a refusal says what to do', () => {
  const request = {
    method: 'GET',
    rawPath: '/',
    host: 'localhost',
    origin: undefined,
    fetchSite: undefined,
    fetchMode: undefined,
  };
  const access = decideAccess(
    { ...request, bearer: undefined, cookieToken: undefined, queryToken: undefined },
    loopback,
  );
  expect(access.kind === 'refused' && access.error.message).toMatch(/Authorization: Bearer <token>/);
});
