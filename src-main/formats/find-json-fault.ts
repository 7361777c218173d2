/** Finds the place where a text stops being JSON (RFC 8259), which the runtime's parser tells for some mistakes only. */

type State = 'value' | 'first value' | 'key' | 'first key' | 'colon' | 'behind value' | 'end';

const token =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what a string may not hold
  /[ \t\r\n]*(?:([{}[\],:])|("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null))/y;

/** "line 3, column 7" of the first character that can not stand there; undefined for a text that is JSON. */
export function findJsonFault(text: string): string | undefined {
  const open: ('{' | '[')[] = [];
  let state: State = 'value';
  for (let at = 0; ; ) {
    token.lastIndex = at;
    const found = token.exec(text);
    const next: State | undefined = found ? follow(state, found, open) : undefined;
    if (!found || next === undefined) {
      const place = at + (/^[ \t\r\n]*/.exec(text.slice(at, at + 10_000))?.[0].length ?? 0);
      return state === 'end' && place >= text.length ? undefined : tellPlace(text, place);
    }
    state = next;
    at = token.lastIndex;
  }
}

/** The state behind a token; undefined where it can not stand. Opened brackets are kept in `open`. */
function follow(
  state: State,
  [, mark, string, literal]: RegExpExecArray,
  open: ('{' | '[')[],
): State | undefined {
  const closed = (): State => (open.length === 0 ? 'end' : 'behind value');
  const isValue = state === 'value' || state === 'first value';
  if (literal !== undefined) return isValue ? closed() : undefined;
  if (string !== undefined) {
    if (state === 'key' || state === 'first key') return 'colon';
    return isValue ? closed() : undefined;
  }
  if (mark === ':') return state === 'colon' ? 'value' : undefined;
  if (mark === ',' && state === 'behind value') return open.at(-1) === '{' ? 'key' : 'value';
  if ((mark === '{' || mark === '[') && isValue) {
    open.push(mark);
    return mark === '{' ? 'first key' : 'first value';
  }
  const opening = mark === '}' ? '{' : mark === ']' ? '[' : undefined;
  const mayClose = state === 'behind value' || state === (mark === '}' ? 'first key' : 'first value');
  if (opening === undefined || !mayClose || open.at(-1) !== opening) return undefined;
  open.pop();
  return closed();
}

function tellPlace(text: string, at: number): string {
  const before = text.slice(0, at);
  const start = before.lastIndexOf('\n') + 1;
  return `line ${before.split('\n').length}, column ${at - start + 1}`;
}
