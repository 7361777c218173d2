/** A key as it is printed on the keyboard. */
import classes from './KeyHint.module.css';

export function KeyHint({ keys }: { readonly keys: string }) {
  return <kbd className={classes.key}>{keys}</kbd>;
}
