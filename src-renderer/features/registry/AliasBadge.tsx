/** Champion: the version that answers. Challenger: the one that wants its place. */
import { Crown, Swords } from 'lucide-react';
import type { Alias } from '../../../src-preload/contract/index.ts';
import classes from './AliasBadge.module.css';

const icons = { champion: Crown, challenger: Swords } as const;

export function AliasBadge({ alias }: { readonly alias: Alias }) {
  const Icon = icons[alias];
  return (
    <span className={classes.badge} data-alias={alias} data-testid={`alias-${alias}`}>
      <Icon size={13} strokeWidth={2.2} aria-hidden />
      {alias}
    </span>
  );
}
