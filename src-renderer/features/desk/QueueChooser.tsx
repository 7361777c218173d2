/** Which queue is worked through, each with what waits in it. */
import { Select } from '@mantine/core';
import { useLocation } from 'wouter';
import type { ImageFilter } from '../../../src-preload/contract/index.ts';
import { formatCount } from '../../components/formatting.ts';
import { deskHref, deskQueues, queueOf } from './desk-queues.ts';
import classes from './Queue.module.css';
import { useQueues } from './use-queues.ts';

export function QueueChooser({ filter }: { readonly filter: ImageFilter }) {
  const [, navigate] = useLocation();
  const current = queueOf(filter);
  const queues = useQueues();
  const countOf = (id: string) => queues?.queues.find((queue) => queue.id === id)?.pictures;
  const data = deskQueues.map(({ id, name }) => {
    const count = countOf(id);
    return { value: id as string, label: count === undefined ? name : `${name} (${formatCount(count)})` };
  });
  return (
    <Select
      className={classes.queue}
      aria-label="Queue"
      comboboxProps={{ width: 300, position: 'bottom-start' }}
      maxDropdownHeight={520}
      data={current === undefined ? [...data, { value: 'own', label: 'Filtered pictures' }] : data}
      value={current?.id ?? 'own'}
      renderOption={({ option }) => <QueueOption id={option.value} count={countOf(option.value)} />}
      onChange={(id) => {
        const queue = deskQueues.find((known) => known.id === id);
        if (queue) navigate(deskHref(queue.filter));
      }}
    />
  );
}

function QueueOption({ id, count }: { readonly id: string; readonly count: number | undefined }) {
  const name = deskQueues.find((queue) => queue.id === id)?.name ?? 'Filtered pictures';
  return (
    <span className={classes.option} data-testid={`queue-${id}`}>
      <span>{name}</span>
      <span className={classes.count} data-none={count === 0 || undefined}>
        {count === undefined ? '' : formatCount(count)}
      </span>
    </span>
  );
}
