/** Attributes of boxes in formats that know text alone. */

/** `true` and `false`, numbers, or the text as it is. */
export function readAttributeText(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?(0|[1-9]\d*)(\.\d+)?$/.test(text) ? Number(text) : text;
}
