import { expect, it } from 'vitest';
import { imageHashSchema } from '../../../../src-preload/contract/index.ts';
import {
  emptyLog,
  type LoggedAction,
  repeat,
  takeLast,
  withAction,
} from '../../../../src-renderer/features/image/action-log.ts';

const action = (): LoggedAction => ({
  movesPictures: false,
  undo: () => Promise.resolve([]),
  redo: () => Promise.resolve([]),
});

it('takes actions back in turn, and does them again in the same order', () => {
  const [first, second] = [action(), action()];
  const log = withAction(withAction(emptyLog, first), second);
  const [afterOne, last] = takeLast(log, 'undo');
  const [afterTwo, one] = takeLast(afterOne, 'undo');
  expect([last, one]).toEqual([second, first]);
  expect(last).toBe(second);
  expect(takeLast(afterTwo, 'undo')).toEqual([afterTwo, undefined]);
  const [again, redone] = takeLast(afterTwo, 'redo');
  expect(redone).toBe(first);
  expect(again).toEqual({ done: [first], undone: [second] });
});

it('forgets what was undone once something new is done', () => {
  const [undone] = takeLast(withAction(emptyLog, action()), 'undo');
  const log = withAction(undone, action());
  expect(takeLast(log, 'redo')[1]).toBeUndefined();
});

it('runs the steps of one action one after the other and stops at the one that fails', async () => {
  const hash = (digit: number) => imageHashSchema.parse(String(digit).repeat(64));
  expect(await repeat(3, async (index) => [hash(index)])).toEqual([0, 1, 2].map(hash));
  const begun: number[] = [];
  const failing = repeat(3, async (index) => {
    begun.push(index);
    if (index === 1) throw new Error('refused');
    return [];
  });
  await expect(failing).rejects.toThrow('refused');
  expect(begun).toEqual([0, 1]);
});
