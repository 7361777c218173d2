/** Adds a class by name. */
import { ActionIcon, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { type LabelClass, nameSchema } from '../../../src-preload/contract/index.ts';
import { errorMessage } from '../../client/errors.ts';
import { station } from '../../client/station.ts';

export function AddClassForm({ existing }: { readonly existing: readonly LabelClass[] }) {
  const queryClient = useQueryClient();
  const [name, setName] = useState('');
  const add = useMutation(
    station.annotation.addClass.mutationOptions({
      onSuccess: () => {
        setName('');
        return queryClient.invalidateQueries({ queryKey: station.annotation.listClasses.key() });
      },
    }),
  );
  const problem = add.isError ? errorMessage(add.error) : nameProblem(name, existing);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (name.trim() !== '' && nameProblem(name, existing) === null) add.mutate({ name: name.trim() });
  };
  return (
    <form onSubmit={submit}>
      <TextInput
        aria-label="New class"
        placeholder="New class"
        value={name}
        error={problem}
        onChange={(event) => {
          add.reset();
          setName(event.currentTarget.value);
        }}
        rightSection={
          <ActionIcon type="submit" variant="subtle" size={38} aria-label="Add class" loading={add.isPending}>
            <Plus size={18} aria-hidden />
          </ActionIcon>
        }
        rightSectionWidth={42}
      />
    </form>
  );
}

function nameProblem(name: string, existing: readonly LabelClass[]): string | null {
  if (name.trim() === '') return null;
  if (existing.some((labelClass) => labelClass.name === name.trim())) return 'There is a class of that name.';
  return nameSchema.safeParse(name).error?.issues[0]?.message ?? null;
}
