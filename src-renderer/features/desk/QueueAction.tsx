/** The step that fills a queue: have the model look, measure the pictures, choose the most diverse, or have a model label. */
import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Download, Gauge, GraduationCap, ScanEye, Shapes } from 'lucide-react';
import { Link } from 'wouter';
import type { DeskQueues, QueueNeed } from '../../../src-preload/contract/index.ts';
import { station } from '../../client/station.ts';
import { formatPlural } from '../../components/formatting.ts';
import { notifyDone, notifyFailure } from '../../components/notify.tsx';

interface ActionProps {
  readonly queues: DeskQueues;
  /** Beside others it steps back. */
  readonly isQuiet?: boolean;
}

export function QueueAction({ need, ...props }: ActionProps & { readonly need: QueueNeed }) {
  switch (need) {
    case 'pictures':
      return (
        <Button component={Link} href="/data" leftSection={<Download size={16} aria-hidden />}>
          Import pictures
        </Button>
      );
    case 'model':
      return (
        <Button component={Link} href="/training" leftSection={<GraduationCap size={16} aria-hidden />}>
          Train the first model
        </Button>
      );
    case 'scores':
      return <ScoreButton {...props} />;
    case 'measures':
      return <MeasureButton {...props} />;
    case 'choice':
      return <ChooseButton {...props} />;
    default:
      return need satisfies never;
  }
}

/** Nothing where the model has looked at every picture. */
export function ScoreButton({ queues, isQuiet = false }: ActionProps) {
  const { model } = queues;
  const start = useMutation(
    station.annotation.startScoring.mutationOptions({
      onSuccess: () =>
        notifyDone('The model looks', 'Labels stay as they are. The queue fills when it is done.'),
      onError: (error) => notifyFailure('The model does not look', error),
    }),
  );
  if (model === null || model.unseen === 0) return null;
  return (
    <Button
      variant={isQuiet ? 'default' : 'filled'}
      leftSection={<ScanEye size={16} aria-hidden />}
      loading={start.isPending}
      onClick={() => start.mutate({ model: model.reference })}
    >
      Have {model.reference} look at {formatPlural(model.unseen, 'picture')}
    </Button>
  );
}

function MeasureButton({ queues, isQuiet = false }: ActionProps) {
  const start = useMutation(
    station.annotation.startQualityMeasuring.mutationOptions({
      onSuccess: () =>
        notifyDone('The pictures are measured', 'Then the most diverse of them can be chosen.'),
      onError: (error) => notifyFailure('The pictures are not measured', error),
    }),
  );
  return (
    <Button
      variant={isQuiet ? 'default' : 'filled'}
      leftSection={<Gauge size={16} aria-hidden />}
      loading={start.isPending}
      onClick={() => start.mutate({})}
    >
      Measure {formatPlural(queues.undescribed, 'picture')}
    </Button>
  );
}

/** As many as a person labels before lunch. */
const chosenAtOnce = 200;

export function ChooseButton({ queues, isQuiet = false }: ActionProps) {
  const unlabelled = queues.queues.find(({ id }) => id === 'unlabelled')?.pictures ?? 0;
  const start = useMutation(
    station.annotation.chooseDiverse.mutationOptions({
      onError: (error) => notifyFailure('The most diverse were not chosen', error),
    }),
  );
  if (unlabelled === 0) return null;
  return (
    <Button
      variant={isQuiet ? 'default' : 'filled'}
      leftSection={<Shapes size={16} aria-hidden />}
      loading={start.isPending}
      onClick={() => start.mutate({ count: chosenAtOnce })}
    >
      {isQuiet ? 'Choose again' : `Choose the most diverse of ${formatPlural(unlabelled, 'picture')}`}
    </Button>
  );
}
