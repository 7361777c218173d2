/** One picture of the grid: thumbnail, class colour and name. */
import { Check } from 'lucide-react';
import { memo } from 'react';
import type { Image } from '../../../src-preload/contract/index.ts';
import { thumbnailUrl } from '../../client/picture-url.ts';
import classes from './ImageTile.module.css';

interface ImageTileProps {
  readonly index: number;
  /** Undefined while its window is under way. */
  readonly image: Image | undefined;
  /** Pixels. */
  readonly height: number;
  readonly color: string | undefined;
  readonly isSelected: boolean;
  readonly isFocused: boolean;
}

export const ImageTile = memo(function ImageTile(props: ImageTileProps) {
  const { index, image, height, color, isSelected, isFocused } = props;
  if (image === undefined) {
    return (
      <div className={classes.tile} aria-hidden>
        <div className={classes.picture} style={{ height }} />
        <div className={classes.caption} />
      </div>
    );
  }
  const label = image.className ?? 'Unlabelled';
  return (
    <div
      id={`tile-${image.hash}`}
      className={classes.tile}
      role="option"
      tabIndex={-1}
      aria-selected={isSelected}
      aria-label={`${image.fileName}, ${label}`}
      data-focused={isFocused || undefined}
      data-index={index}
      data-testid="image-tile"
      data-class={image.className ?? ''}
    >
      <div className={classes.picture} style={{ height }}>
        <img src={thumbnailUrl(image.hash)} alt="" decoding="async" draggable={false} />
        {isSelected && (
          <span className={classes.check}>
            <Check size={16} strokeWidth={3} aria-hidden />
          </span>
        )}
      </div>
      <div className={classes.caption} data-unlabelled={image.className === null || undefined}>
        <span className={classes.swatch} style={{ background: color }} />
        <span className={classes.name}>{label}</span>
      </div>
    </div>
  );
});
