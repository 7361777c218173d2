/** Says in one sentence what a request should have held and what it held. */

/** What zod, or any standard-schema validator, reports. */
export interface InputIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

const zodPrefix = /^(Invalid input|Too small|Too big|Invalid option|Invalid string|Invalid key in record): /;
const shownIssues = 3;
const shownCharacters = 80;

/** "parameters.epochs: expected number to be >=1, got 0"; several issues are joined by "; ". */
export function describeInputIssues(issues: readonly InputIssue[], input: unknown): string {
  const sentences = issues.slice(0, shownIssues).map((issue) => describeIssue(issue, input));
  const rest = issues.length - sentences.length;
  return sentences.join('; ') + (rest > 0 ? `; and ${rest} more` : '');
}

function describeIssue(issue: InputIssue, input: unknown): string {
  const path = (issue.path ?? []).map((part) => (typeof part === 'object' ? part.key : part));
  const expectation = issue.message.replace(zodPrefix, '').replace(/, received .*$/, '');
  return `${formatPath(path)}${expectation}, got ${describeValue(valueAt(input, path))}`;
}

function formatPath(path: readonly PropertyKey[]): string {
  if (path.length === 0) return '';
  const parts = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`));
  return `${parts.join('').replace(/^\./, '')}: `;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

/** A value as a person would point at it. */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value instanceof File) return `a file "${value.name}" of ${value.size} bytes`;
  const text = typeof value === 'object' ? safeJson(value) : JSON.stringify(value);
  if (text === undefined) return `a ${typeof value}`;
  if (text.length <= shownCharacters) return text;
  return Array.isArray(value) ? `a list of ${value.length}` : `${text.slice(0, shownCharacters)}…`;
}

function safeJson(value: object | null): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}
