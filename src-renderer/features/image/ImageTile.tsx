/** One picture of the grid: thumbnail, class colour and name. */
import { Check } from 'lucide-react';
import { memo, useMemo } from 'react';
import type { Image } from '../../../src-preload/contract/index.ts';
import { thumbnailUrl } from '../../client/picture-url.ts';
import { formatPercent, formatPlural } from '../../components/formatting.ts';
import classes from './ImageTile.module.css';
import { toColorStyle, toPlaceholderStyle } from './placeholder.ts';

interface ImageTileProps {
  readonly index: number;
  /** Undefined while its window is under way. */
  readonly image: Image | undefined;
  /** Of the whole list, for as long as the picture is under way. */
  readonly meanColors: string | undefined;
  /** Pixels. */
  readonly height: number;
  readonly color: string | undefined;
  readonly isSelected: boolean;
  readonly isFocused: boolean;
}

export const ImageTile = memo(function ImageTile(props: ImageTileProps) {
  const { index, image, meanColors, height, color, isSelected, isFocused } = props;
  const hash = image?.placeholder ?? null;
  const placeholder = useMemo(() => toPlaceholderStyle(hash), [hash]);
  if (image === undefined) {
    return (
      <div className={classes.tile} aria-hidden>
        <div className={classes.picture} style={{ height, ...toColorStyle(meanColors, index) }} />
        <div className={classes.caption} />
      </div>
    );
  }
  const label = captionOf(image);
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
      <div className={classes.picture} style={{ height, ...placeholder }}>
        <img src={thumbnailUrl(image.hash)} alt="" decoding="async" draggable={false} />
        {isSelected && (
          <span className={classes.check}>
            <Check size={16} strokeWidth={3} aria-hidden />
          </span>
        )}
      </div>
      <div className={classes.caption} data-unlabelled={image.state !== 'labelled' || undefined}>
        {(color !== undefined || image.state !== 'labelled') && (
          <span className={classes.swatch} style={{ background: color }} />
        )}
        <span className={classes.name}>{label}</span>
      </div>
    </div>
  );
});

function captionOf({ className, state, boxCount, certainty }: Image): string {
  const isSuggested = state === 'predicted' && certainty !== null;
  const sure = isSuggested ? `, ${formatPercent(certainty, 0)}` : '';
  if (state === 'rejected') return `${className ?? formatPlural(boxCount, 'box', 'boxes')}, rejected`;
  if (className !== null) return `${className}${sure}`;
  if (boxCount > 0) return `${formatPlural(boxCount, 'box', 'boxes')}${state === 'labelled' ? '' : ', open'}`;
  return state === 'labelled' ? 'Background' : 'Unlabelled';
}
