/** One press back to the champion before; a reason is welcome, not required. */
import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { errorMessage } from '../../client/errors.ts';
import { station } from '../../client/station.ts';
import { Notice } from '../../components/Notice.tsx';
import { notifyDone } from '../../components/notify.tsx';
import { switchText } from './switch-text.ts';

interface RollbackDialogProps {
  readonly modelName: string;
  readonly from: number | null;
  readonly to: number;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

export function RollbackDialog({ modelName, from, to, isOpen, onClose }: RollbackDialogProps) {
  const [reason, setReason] = useState('');
  const rollback = useMutation(
    station.deployment.rollback.mutationOptions({
      onSuccess: (event) => {
        setReason('');
        onClose();
        notifyDone(`${modelName} v${event.toVersion} answers again`, switchText(event));
      },
    }),
  );
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    rollback.mutate({ model: modelName, reason });
  };
  return (
    <Modal opened={isOpen} onClose={onClose} title={`Roll ${modelName} back to v${to}`} size="md">
      <form onSubmit={submit}>
        <Stack>
          <Text>
            {from === null ? '' : `v${from} answers now. `}v{to} takes its place without dropping a request; v
            {from ?? to} stays registered and can be promoted again.
          </Text>
          <TextInput
            label="Reason"
            description="Kept in the history"
            placeholder="Takes shadows for rust since this morning"
            maxLength={1000}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          {rollback.isError && (
            <Notice tone="bad" title="Nothing was changed">
              {errorMessage(rollback.error)}
            </Notice>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={rollback.isPending} data-autofocus>
              Roll back to v{to}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
