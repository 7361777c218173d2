/** The pictures of a query as a column of thumbnails, of which only those in view exist. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import type { ImageFilter } from '../../../src-preload/contract/index.ts';
import { thumbnailUrl } from '../../client/picture-url.ts';
import { useImageWindows } from '../image/use-image-windows.ts';
import classes from './PictureStrip.module.css';

interface PictureStripProps {
  readonly filter: ImageFilter;
  readonly at: number;
  readonly total: number;
  readonly onPick: (index: number) => void;
}

const rowHeight = 104;

export function PictureStrip({ filter, at, total, onPick }: PictureStripProps) {
  const scrollerRef = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: total,
    getScrollElement: () => scrollerRef.current,
    estimateSize: () => rowHeight,
    overscan: 4,
  });
  const rows = virtualizer.getVirtualItems();
  const windows = useImageWindows(filter, rows[0]?.index ?? at, rows.at(-1)?.index ?? at);
  useEffect(() => {
    if (total > 0) virtualizer.scrollToIndex(at, { align: 'auto' });
  }, [virtualizer, at, total]);
  return (
    <nav ref={scrollerRef} className={classes.strip} aria-label="Pictures" data-testid="picture-strip">
      <div className={classes.canvas} style={{ height: virtualizer.getTotalSize() }}>
        {rows.map((row) => {
          const image = windows.imageAt(row.index);
          return (
            <button
              key={row.key}
              type="button"
              className={classes.tile}
              style={{ transform: `translateY(${row.start}px)`, height: rowHeight - 8 }}
              aria-current={row.index === at || undefined}
              aria-label={image?.fileName ?? `Picture ${row.index + 1}`}
              title={image?.fileName}
              tabIndex={row.index === at ? 0 : -1}
              onClick={() => onPick(row.index)}
            >
              {image !== undefined && <img src={thumbnailUrl(image.hash)} alt="" decoding="async" />}
            </button>
          );
        })}
      </div>
    </nav>
  );
}
