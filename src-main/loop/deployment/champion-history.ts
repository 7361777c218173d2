/** The way back: which versions were champion before the one that is, from the history of switches. */

export interface Switch {
  readonly kind: 'promote' | 'rollback';
  readonly toVersion: number;
}

/**
 * The champions as a stack, the present one last. A promotion puts its version on top. A rollback takes versions
 * off until the one it leads to is on top, so that two rollbacks in a row go further back and never to and fro;
 * a rollback to a version that is not below, "forward again", puts it on top like a promotion.
 *
 * promote 1, promote 2, promote 3 → 1 2 3; rollback to 2 → 1 2; rollback to 1 → 1; rollback to 3 → 1 3
 *
 * @param switches oldest first
 */
export function replayChampions(switches: readonly Switch[]): number[] {
  const champions: number[] = [];
  for (const { kind, toVersion } of switches) {
    const below = kind === 'rollback' ? champions.lastIndexOf(toVersion) : -1;
    if (below >= 0) champions.length = below + 1;
    else if (champions.at(-1) !== toVersion) champions.push(toVersion);
  }
  return champions;
}

/** The version that one rollback leads to, null where there is none. */
export function findWayBack(switches: readonly Switch[]): number | null {
  return replayChampions(switches).at(-2) ?? null;
}
