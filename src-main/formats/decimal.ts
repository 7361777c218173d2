/** Numbers as formats write them. */

/** The shortest decimal that reads back as the same number; never with an exponent, which many readers do not know. */
export function toDecimal(value: number): string {
  const text = String(value);
  return text.includes('e') ? value.toFixed(20).replace(/\.?0+$/, '') : text;
}

/** NaN for what is no decimal number: nothing, words, `0x10`, `1,5`. */
export function fromDecimal(text: string | undefined): number {
  const trimmed = text?.trim() ?? '';
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(trimmed) ? Number(trimmed) : Number.NaN;
}
