/** One picture of a group, with what speaks for it: size, format, labels, origin, likeness. */
import { Button } from '@mantine/core';
import type { Image } from '../../../src-preload/contract/index.ts';
import { pictureUrl } from '../../client/picture-url.ts';
import { formatBytes, formatPlural } from '../../components/formatting.ts';
import { KeyHint } from '../../components/KeyHint.tsx';
import { describeState } from '../image/image-filter.ts';
import classes from './LookalikeCard.module.css';

interface LookalikeCardProps {
  readonly image: Image;
  /** Bits of 64 by which it differs from the first. */
  readonly distance: number;
  /** 0 upwards; the first nine have a key. */
  readonly place: number;
  /** The same pixels as the first. */
  readonly isSame: boolean;
  /** Undefined while a decision is under way. */
  readonly onKeep: (() => void) | undefined;
}

export function LookalikeCard({ image, distance, place, isSame, onKeep }: LookalikeCardProps) {
  return (
    <figure className={classes.card} data-testid="lookalike">
      <div className={classes.picture}>
        <img src={pictureUrl(image.hash)} alt={image.fileName} decoding="async" draggable={false} />
      </div>
      <figcaption className={classes.facts}>
        <strong className={classes.name} title={image.fileName}>
          {image.fileName}
        </strong>
        <span>
          {image.width} × {image.height}, {image.format}, {formatBytes(image.sizeBytes)}
        </span>
        <span>{labelOf(image)}</span>
        <span className={classes.source} title={image.source}>
          {image.source}
        </span>
        <span className={classes.likeness}>{likenessOf(place, distance, isSame)}</span>
      </figcaption>
      <Button
        fullWidth
        variant="light"
        disabled={onKeep === undefined}
        rightSection={place < 9 && <KeyHint keys={String(place + 1)} />}
        aria-label={`Keep ${image.fileName} and set the others aside`}
        onClick={onKeep}
      >
        Keep
      </Button>
    </figure>
  );
}

function labelOf({ className, boxCount, state }: Image): string {
  const shown = [
    ...(className === null ? [] : [className]),
    ...(boxCount > 0 ? [formatPlural(boxCount, 'box', 'boxes')] : []),
  ];
  return shown.length === 0
    ? describeState(state)
    : `${shown.join(', ')} (${describeState(state).toLowerCase()})`;
}

function likenessOf(place: number, distance: number, isSame: boolean): string {
  if (place === 0) return 'The oldest';
  if (isSame) return 'The same pixels';
  return distance === 0 ? 'Looks the same' : `${formatPlural(distance, 'bit')} of 64 differ`;
}
