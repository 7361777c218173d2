/** Cancel a run that goes on, resume one that was cut off. */
import { Button } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { RotateCw, Square } from 'lucide-react';
import type { Run } from '../../../src-preload/contract/index.ts';
import { station } from '../../client/station.ts';
import { notifyFailure } from '../../components/notify.tsx';
import { isActive } from './run-facts.ts';

export function RunActions({ run }: { readonly run: Run }) {
  const queryClient = useQueryClient();
  const onSuccess = () => queryClient.invalidateQueries({ queryKey: station.training.key() });
  const cancel = useMutation(
    station.training.cancelRun.mutationOptions({
      onSuccess,
      onError: (error) => notifyFailure('The run was not cancelled', error),
    }),
  );
  const resume = useMutation(
    station.training.resumeRun.mutationOptions({
      onSuccess,
      onError: (error) => notifyFailure('The run was not resumed', error),
    }),
  );
  if (isActive(run)) {
    return (
      <Button
        variant="default"
        leftSection={<Square size={16} aria-hidden />}
        loading={cancel.isPending}
        onClick={() => confirmCancel(run, () => cancel.mutate({ id: run.id }))}
      >
        Cancel run
      </Button>
    );
  }
  if (!run.isResumable) return null;
  return (
    <Button
      leftSection={<RotateCw size={17} aria-hidden />}
      loading={resume.isPending}
      onClick={() => resume.mutate({ id: run.id })}
    >
      Resume{run.checkpointEpoch === null ? '' : ` in epoch ${run.checkpointEpoch + 1}`}
    </Button>
  );
}

function confirmCancel(run: Run, onConfirm: () => void): void {
  modals.openConfirmModal({
    title: `Cancel “${run.name}”?`,
    children: 'The newest checkpoint stays, so the run can be resumed later. It registers no model version.',
    labels: { confirm: 'Cancel the run', cancel: 'Let it run' },
    confirmProps: { color: 'red' },
    onConfirm,
  });
}
