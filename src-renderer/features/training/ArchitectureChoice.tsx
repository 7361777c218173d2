/** The sizes of model on offer for a task, each with what it costs. */
import { Radio, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Task } from '../../../src-preload/contract/index.ts';
import { station } from '../../client/station.ts';
import { formatMagnitude } from '../../components/formatting.ts';
import { Loaded } from '../../components/Loaded.tsx';
import classes from './ArchitectureChoice.module.css';

interface ArchitectureChoiceProps {
  readonly task: Task;
  /** Empty: the first, which is the smallest. */
  readonly value: string;
  readonly onChange: (name: string) => void;
}

export function ArchitectureChoice({ task, value, onChange }: ArchitectureChoiceProps) {
  const query = useQuery({
    ...station.training.listArchitectures.queryOptions(),
    staleTime: Number.POSITIVE_INFINITY,
    select: (all) => all.filter((architecture) => architecture.task === task),
  });
  return (
    <Loaded query={query} height={150}>
      {(architectures) => (
        <Radio.Group
          label="Architecture"
          value={value || (architectures[0]?.name ?? '')}
          onChange={onChange}
          size="md"
        >
          <Stack gap={8} mt={6}>
            {architectures.map((architecture) => (
              <Radio.Card
                key={architecture.name}
                value={architecture.name}
                className={classes.card}
                radius="md"
              >
                <Radio.Indicator />
                <span className={classes.text}>
                  <strong>{architecture.name}</strong>
                  <span className={classes.cost}>
                    {formatMagnitude(architecture.parameters)} parameters ·{' '}
                    {formatMagnitude(architecture.flops)}FLOPs per picture
                  </span>
                  <span className={classes.description}>{architecture.description}</span>
                </span>
              </Radio.Card>
            ))}
          </Stack>
        </Radio.Group>
      )}
    </Loaded>
  );
}
