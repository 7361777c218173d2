/** A long list of pictures, of which only the windows in view are read. */
import { type UseQueryResult, useQueries, useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useState } from 'react';
import type { Image, ImageFilter, ImageOrder } from '../../../src-preload/contract/index.ts';
import { station } from '../../client/station.ts';
import { windowOptions } from './image-cache.ts';
import { windowOffsets, windowSize } from './window-offsets.ts';

export interface ImageWindows {
  /** Pictures that match in all, undefined until the first answer. */
  readonly total: number | undefined;
  /** The picture at a position, undefined while its window is under way. */
  readonly imageAt: (index: number) => Image | undefined;
  /** Position of a picture within the windows that are loaded. */
  readonly indexOf: (hash: string) => number | undefined;
  /** All pictures of the loaded windows. */
  readonly loaded: readonly Image[];
  readonly error: Error | null;
  readonly retry: () => void;
}

/** Reads the windows that hold the positions `first` to `last`, and the next where the end of one is near. */
export function useImageWindows(
  filter: ImageFilter,
  first: number,
  last: number,
  order: ImageOrder = 'newest',
): ImageWindows {
  const offsets = useMemo(() => windowOffsets(first, last), [first, last]);
  const combine = useCallback(
    (answers: readonly WindowAnswer[]) => combineWindows(offsets, answers),
    [offsets],
  );
  const windows = useQueries({
    queries: offsets.map((offset) => windowOptions(filter, offset, order)),
    combine,
  });
  const total = useLastDefined(windows.total, filter);
  return useMemo(() => ({ ...windows, total }), [windows, total]);
}

/**
 * The mean colours of a whole long list, so that no part of it is blank while its window is read; undefined for lists of
 * one window, and until the first one is there.
 */
export function useMeanColors(
  filter: ImageFilter,
  order: ImageOrder,
  total: number | undefined,
): string | undefined {
  const isLong = (total ?? 0) > windowSize;
  return useQuery({
    ...station.images.listImageColors.queryOptions({ input: { filter, order } }),
    enabled: isLong,
    staleTime: 60_000,
  }).data?.colors;
}

type WindowAnswer = UseQueryResult<{ readonly images: readonly Image[]; readonly total: number }>;

function combineWindows(offsets: readonly number[], answers: readonly WindowAnswer[]): ImageWindows {
  const windows = answers.map((answer) => answer.data?.images);
  return {
    total: answers.find((answer) => answer.data !== undefined)?.data?.total,
    imageAt: (index) => {
      const position = offsets.findIndex((offset) => index >= offset && index < offset + windowSize);
      return windows[position]?.[index - (offsets[position] ?? 0)];
    },
    indexOf: (hash) => findIndex(offsets, windows, hash),
    loaded: windows.flatMap((images) => images ?? []),
    error: answers.find((answer) => answer.error !== null)?.error ?? null,
    retry: () => {
      for (const answer of answers) if (answer.isError) void answer.refetch();
    },
  };
}

function findIndex(
  offsets: readonly number[],
  windows: ReadonlyArray<readonly Image[] | undefined>,
  hash: string,
): number | undefined {
  for (const [position, images] of windows.entries()) {
    const index = images?.findIndex((image) => image.hash === hash) ?? -1;
    if (index >= 0) return (offsets[position] ?? 0) + index;
  }
  return undefined;
}

/** Keeps the last total while windows far away are under way, so that the scroll bar does not jump. */
function useLastDefined(value: number | undefined, filter: ImageFilter): number | undefined {
  const key = JSON.stringify(filter);
  const [last, setLast] = useState<{ key: string; value: number } | null>(null);
  useEffect(() => {
    if (value !== undefined) setLast({ key, value });
  }, [key, value]);
  return value ?? (last?.key === key ? last.value : undefined);
}
