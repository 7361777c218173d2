/** Patterns over parameter names, in which `*` stands for any run of characters. */
import { AppError } from '../../base/app-error.ts';

/** `stage1.*` matches `stage1.down.conv.weight`; without a star the whole name must be equal. */
export function matchesPattern(name: string, pattern: string): boolean {
  const [head = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return name === pattern;
  const tail = rest.pop() ?? '';
  if (!name.startsWith(head) || !name.endsWith(tail)) return false;
  let from = head.length;
  for (const piece of rest) {
    const at = name.indexOf(piece, from);
    if (at === -1) return false;
    from = at + piece.length;
  }
  return from <= name.length - tail.length;
}

/** @throws AppError GRAPH_INVALID for a pattern that matches no name: a typing error would train what was to rest */
export function assertPatternsMatch(patterns: readonly string[], names: readonly string[]): void {
  const idle = patterns.find((pattern) => !names.some((name) => matchesPattern(name, pattern)));
  if (idle === undefined) return;
  throw new AppError(
    'GRAPH_INVALID',
    `expected a pattern that matches a parameter, got ${idle}; parameters are ${names.slice(0, 8).join(', ')}, …`,
  );
}
