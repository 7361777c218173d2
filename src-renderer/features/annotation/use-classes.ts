/** The classes of the station in the order of their keys. */
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { LabelClass } from '../../../src-preload/contract/index.ts';
import { station } from '../../client/station.ts';

const none: readonly LabelClass[] = [];

export interface Classes {
  readonly classes: readonly LabelClass[];
  readonly colorOf: (className: string) => string | undefined;
}

export function useClasses(): Classes {
  const query = useQuery(station.annotation.listClasses.queryOptions());
  const classes = query.data ?? none;
  return useMemo(() => {
    const colors = new Map(classes.map((labelClass) => [labelClass.name, labelClass.color]));
    return { classes, colorOf: (className) => colors.get(className) };
  }, [classes]);
}
