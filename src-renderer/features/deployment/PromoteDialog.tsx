/** Makes a version the champion: shows the comparison first, explains a refusal, and asks why it is overruled. */
import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { ModelVersion } from '../../../src-preload/contract/index.ts';
import { errorMessage } from '../../client/errors.ts';
import { station } from '../../client/station.ts';
import { Notice } from '../../components/Notice.tsx';
import { notifyDone } from '../../components/notify.tsx';
import { PairedComparison } from '../evaluation/ComparisonPanel.tsx';
import { ComparisonView } from '../evaluation/ComparisonView.tsx';
import { modelReference } from '../registry/model-reference.ts';
import { refusalOf } from './refusal.ts';
import { switchText } from './switch-text.ts';

interface PromoteDialogProps {
  readonly candidate: ModelVersion;
  readonly champion: ModelVersion | undefined;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

export function PromoteDialog(props: PromoteDialogProps) {
  const { candidate, isOpen, onClose } = props;
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title={`Promote ${candidate.name} v${candidate.version}`}
      size="xl"
      data-testid="promote-dialog"
    >
      {isOpen && <PromoteForm {...props} />}
    </Modal>
  );
}

function PromoteForm({ candidate, champion, onClose }: PromoteDialogProps) {
  const [reason, setReason] = useState('');
  const promote = usePromote(candidate, onClose);
  const refusal = promote.isError ? refusalOf(promote.error) : null;
  const isForced = refusal !== null;
  const isReasonMissing = isForced && reason.trim() === '';
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!isReasonMissing) promote.mutate({ model: modelReference(candidate), reason, force: isForced });
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="lg">
        {refusal === null ? (
          <Preview candidate={candidate} champion={champion} />
        ) : (
          <RefusalNotice message={errorMessage(promote.error)} comparison={refusal.comparison} />
        )}
        {promote.isError && refusal === null && (
          <Notice tone="bad" title="Nothing was changed">
            {errorMessage(promote.error)}
          </Notice>
        )}
        <TextInput
          label={isForced ? 'Why should it be promoted anyway?' : 'Reason'}
          description="Kept in the history"
          required={isForced}
          withAsterisk={isForced}
          maxLength={1000}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            type="submit"
            color={isForced ? 'red' : 'leaf'}
            disabled={isReasonMissing}
            loading={promote.isPending}
          >
            {isForced ? 'Promote anyway' : `Promote v${candidate.version}`}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function usePromote(candidate: ModelVersion, onClose: () => void) {
  return useMutation(
    station.deployment.promote.mutationOptions({
      onSuccess: (event) => {
        onClose();
        notifyDone(`${candidate.name} v${event.toVersion} answers now`, switchText(event));
      },
    }),
  );
}

function Preview({ candidate, champion }: Pick<PromoteDialogProps, 'candidate' | 'champion'>) {
  if (champion === undefined) {
    return (
      <Text>
        No version of {candidate.name} is in service. v{candidate.version} becomes its first champion and
        answers predictions from then on.
      </Text>
    );
  }
  return (
    <>
      <Text>
        v{champion.version} is the champion. v{candidate.version} takes its place only if it is better on the
        same test pictures by the margin in the settings.
      </Text>
      <PairedComparison a={champion} b={candidate} />
    </>
  );
}

interface RefusalNoticeProps {
  readonly message: string;
  readonly comparison: Parameters<typeof ComparisonView>[0]['comparison'] | null;
}

function RefusalNotice({ message, comparison }: RefusalNoticeProps) {
  return (
    <>
      <Notice tone="warn" title="The station refused this promotion">
        {message}
      </Notice>
      {comparison !== null && <ComparisonView comparison={comparison} />}
    </>
  );
}
