/**
 * The pictures that are worked through, in a row that stays as it is while labels change; at its end it is read again, so
 * that what was passed over comes back.
 */
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { Image, ImageFilter, ImageHash, ListOrder } from '../../../src-preload/contract/index.ts';
import { stationClient } from '../../client/station.ts';
import { annotatorInput } from '../team/annotator-store.ts';
import { annotationOptions, strokesKept } from './use-annotation.ts';
import { preloadPicture } from './use-picture.ts';
import { scoreOptions } from './use-score.ts';

export interface DeskQueue {
  /** Undefined while it is read, or where nothing is left. */
  readonly image: Image | undefined;
  /** 0-based. */
  readonly position: number;
  /** Pictures of the row. */
  readonly length: number;
  /** Pictures that match the filter now, or when the row was read. */
  readonly total: number;
  readonly isLoading: boolean;
  readonly error: Error | null;
  readonly step: (by: 1 | -1) => void;
  readonly reread: () => void;
}

/** The contract's limit for one page of a list. */
const rowLength = 1000;

interface Row {
  readonly images: readonly Image[];
  readonly total: number;
}

/** @param start the picture to begin with, whether the filter holds it or not */
export function useDeskQueue(filter: ImageFilter, order: ListOrder, start: ImageHash | undefined): DeskQueue {
  const queryClient = useQueryClient();
  const [place, setPlace] = useState({ reading: 0, position: 0 });
  const row = useQuery({
    queryKey: ['desk-row', filter, order, start, place.reading],
    queryFn: async () => {
      await strokesKept(queryClient);
      return readRow({ filter: forAnnotator(filter), order }, place.reading === 0 ? start : undefined);
    },
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    placeholderData: keepPreviousData,
  });
  const images = row.data?.images ?? [];
  usePreload(images, place.position);
  const reread = () => setPlace(({ reading }) => ({ reading: reading + 1, position: 0 }));
  return {
    image: images[place.position],
    position: place.position,
    length: images.length,
    total: row.data?.total ?? 0,
    isLoading: row.isPending || row.isPlaceholderData,
    error: row.error,
    step: (by) => {
      if (place.position + by >= images.length) return reread();
      setPlace(({ reading, position }) => ({ reading, position: Math.max(0, position + by) }));
    },
    reread,
  };
}

async function readRow(
  asked: { readonly filter: ImageFilter; readonly order: ListOrder },
  start: ImageHash | undefined,
): Promise<Row> {
  const page = await stationClient.images.listImages({ ...asked, offset: 0, limit: rowLength });
  if (start === undefined) return page;
  const position = page.images.findIndex(({ hash }) => hash === start);
  if (position >= 0) {
    // From there on, and then those before it.
    return { ...page, images: [...page.images.slice(position), ...page.images.slice(0, position)] };
  }
  const image = await stationClient.images.getImage({ hash: start });
  return { ...page, images: [image, ...page.images] };
}

/** What is not labelled waits for each annotator until they have answered it. */
function forAnnotator(filter: ImageFilter): ImageFilter {
  const { annotator } = annotatorInput();
  const isOpen = filter.labelled === false || filter.queue === 'uncertain' || filter.queue === 'diverse';
  if (annotator === undefined || !isOpen) return filter;
  return { ...filter, waitingFor: annotator };
}

/** The next pictures are there before they are asked for. */
function usePreload(images: readonly Image[], position: number): void {
  const queryClient = useQueryClient();
  const ahead = images.slice(position + 1, position + 3).map(({ hash }) => hash);
  const key = ahead.join(' ');
  useEffect(() => {
    for (const hash of key.split(' ').filter((part) => part !== '')) {
      preloadPicture(hash);
      void queryClient.prefetchQuery(annotationOptions(hash as ImageHash));
      void queryClient.prefetchQuery(scoreOptions(hash as ImageHash));
    }
  }, [key, queryClient]);
}
