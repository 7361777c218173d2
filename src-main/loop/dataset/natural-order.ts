/** The order in which a person lists names: digits by their value, so that 10 comes after 9. */
const collator = new Intl.Collator('en', { numeric: true });

/** A total order: names that only differ in what it overlooks (`1` and `01`) go by their characters. */
export function compareNaturally(a: string, b: string): number {
  const order = collator.compare(a, b);
  if (order !== 0) return order;
  return a < b ? -1 : a > b ? 1 : 0;
}
