/** Starts the measuring of pictures that came before there were checks. */
import { Button } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { station } from '../../client/station.ts';
import { formatPlural } from '../../components/formatting.ts';
import { notifyFailure } from '../../components/notify.tsx';

export function MeasureButton() {
  const report = useQuery(station.annotation.checkQuality.queryOptions());
  const measure = useMutation(
    station.annotation.startQualityMeasuring.mutationOptions({
      onError: (error) => notifyFailure('The pictures are not measured', error),
    }),
  );
  const count = report.data?.unmeasured ?? 0;
  if (count === 0) return null;
  return (
    <Button loading={measure.isPending} onClick={() => measure.mutate({})}>
      Measure {formatPlural(count, 'picture')}
    </Button>
  );
}
