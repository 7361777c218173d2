/** Follows the station for as long as the window is open, and tells the person how jobs ended. */
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { StationEvent } from '../../src-preload/contract/index.ts';
import { followStation } from '../client/station-events.ts';
import { refreshAnnotations } from '../features/desk/use-annotation.ts';
import { refreshImages } from '../features/image/image-cache.ts';
import { announceJobEnd } from '../features/job/announce-job-end.tsx';

export function useStationEvents(): void {
  const queryClient = useQueryClient();
  useEffect(() => {
    const stop = new AbortController();
    const onEvent = (event: StationEvent): void => {
      if (event.type === 'job.updated') announceJobEnd(event.job);
      if (event.type === 'annotation.changed') {
        void refreshImages(queryClient, event.imageHashes);
        refreshAnnotations(queryClient, event.imageHashes);
      }
    };
    void followStation({ queryClient, onEvent, signal: stop.signal });
    return () => stop.abort();
  }, [queryClient]);
}
