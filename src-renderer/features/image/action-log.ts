/**
 * What was done on the Data page since it was opened, so that one undo takes back one action whatever it was. Before that
 * lies the history of the labels, which outlasts restarts.
 */
import type { ImageHash } from '../../../src-preload/contract/index.ts';

export interface LoggedAction {
  /** Pictures come into lists or leave them, so that lists are read again; labels change in their place. */
  readonly movesPictures: boolean;
  /** Both answer with pictures that changed. */
  readonly undo: () => Promise<readonly ImageHash[]>;
  readonly redo: () => Promise<readonly ImageHash[]>;
}

export interface ActionLog {
  readonly done: readonly LoggedAction[];
  readonly undone: readonly LoggedAction[];
}

export const emptyLog: ActionLog = { done: [], undone: [] };

/** Older actions are left to the history of the labels. */
const mostKept = 200;

/** A new action ends what could be done again. */
export function withAction({ done }: ActionLog, action: LoggedAction): ActionLog {
  return { done: [...done, action].slice(-mostKept), undone: [] };
}

/** @returns the log without its last action, and that action; undefined where none is left */
export function takeLast(
  log: ActionLog,
  way: 'undo' | 'redo',
): readonly [ActionLog, LoggedAction | undefined] {
  const [from, to] = way === 'undo' ? [log.done, log.undone] : [log.undone, log.done];
  const action = from.at(-1);
  if (action === undefined) return [log, undefined];
  const [left, moved] = [from.slice(0, -1), [...to, action]];
  return [way === 'undo' ? { done: left, undone: moved } : { done: moved, undone: left }, action];
}

/** The steps of one action, taken back or done again one after the other. */
export async function repeat(
  times: number,
  step: (index: number) => Promise<readonly ImageHash[]>,
): Promise<readonly ImageHash[]> {
  const changed: ImageHash[] = [];
  for (let index = 0; index < times; index++) changed.push(...(await step(index)));
  return changed;
}
