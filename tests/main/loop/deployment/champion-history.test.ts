import { expect, it } from 'vitest';
import {
  findWayBack,
  replayChampions,
  type Switch,
} from '../../../../src-main/loop/deployment/champion-history.ts';

/** `p3` promotes version 3, `r1` rolls back to version 1. */
function history(text: string): Switch[] {
  return text.split(' ').map((word) => ({
    kind: word.startsWith('p') ? 'promote' : 'rollback',
    toVersion: Number(word.slice(1)),
  }));
}

it.each([
  ['p1', [1], null],
  ['p1 p2 p3', [1, 2, 3], 2],
  ['p1 p2 p3 r2', [1, 2], 1],
  ['p1 p2 p3 r2 r1', [1], null],
  ['p1 p2 p3 r2 p3', [1, 2, 3], 2],
  ['p1 p2 p3 r2 r3', [1, 2, 3], 2],
  ['p1 p2 p3 r1', [1], null],
  ['p1 p2 p3 r1 r3', [1, 3], 1],
  ['p1 p2 p1', [1, 2, 1], 2],
  ['p1 p2 p1 r2 r1', [1], null],
  ['p1 p1', [1], null],
])('after %s the champions are %j and a rollback leads to %j', (text, champions, wayBack) => {
  expect(replayChampions(history(text))).toEqual(champions);
  expect(findWayBack(history(text))).toBe(wayBack);
});
