/** A number that opens the pictures behind it, as quiet as the number beside it that opens none. */
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import classes from './OpensPictures.module.css';

interface OpensPicturesProps {
  readonly href: string;
  /** Which pictures they are. */
  readonly title: string;
  readonly children: ReactNode;
}

export function OpensPictures({ href, title, children }: OpensPicturesProps) {
  return (
    <Link href={href} title={title} className={classes.opens}>
      {children}
    </Link>
  );
}
