/** Which devices can train and answer here, and why the others can not. */
import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { CircleCheck, CircleSlash, Cpu, Radar } from 'lucide-react';
import type { Health, ProviderReport } from '../../../src-preload/contract/index.ts';
import { station } from '../../client/station.ts';
import { EmptyState } from '../../components/EmptyState.tsx';
import { formatLatency } from '../../components/formatting.ts';
import { notifyFailure } from '../../components/notify.tsx';
import { Panel } from '../../components/Panel.tsx';
import { ToneChip } from '../../components/StatusChip.tsx';
import table from '../../components/table.module.css';

export function ProvidersPanel({ health }: { readonly health: Health }) {
  const queryClient = useQueryClient();
  const probe = useMutation(
    station.system.probeProviders.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries({ queryKey: station.system.getHealth.key() }),
      onError: (error) => notifyFailure('The devices could not be probed', error),
    }),
  );
  return (
    <Panel
      title="Devices"
      note={health.chosenProvider === null ? 'Not probed yet' : `Automatic means ${health.chosenProvider}`}
      isFlush
      testId="providers"
      actions={
        <Button
          variant="default"
          leftSection={<Radar size={17} aria-hidden />}
          loading={probe.isPending}
          onClick={() => probe.mutate({})}
        >
          Probe
        </Button>
      }
    >
      {health.providers.length === 0 ? (
        <EmptyState icon={Cpu} title="Not probed yet">
          The probe runs one training step on each device, in a process of its own, and keeps the fastest.
        </EmptyState>
      ) : (
        <ProvidersTable health={health} />
      )}
    </Panel>
  );
}

function ProvidersTable({ health }: { readonly health: Health }) {
  return (
    <table className={table.table}>
      <thead>
        <tr>
          <th scope="col">Device</th>
          <th scope="col">State</th>
          <th scope="col" className={table.number}>
            Step
          </th>
          <th scope="col">Why</th>
        </tr>
      </thead>
      <tbody>
        {health.providers.toSorted(usableFirst).map((provider) => (
          <tr
            key={provider.name}
            className={provider.name === health.chosenProvider ? table.selected : undefined}
          >
            <td>
              <strong>{provider.name}</strong>
            </td>
            <td>
              {provider.isUsable ? (
                <ToneChip word="Usable" tone="good" icon={CircleCheck} />
              ) : (
                <ToneChip word="Not usable" tone="plain" icon={CircleSlash} />
              )}
            </td>
            <td className={table.number}>
              {provider.stepMs === null ? '–' : formatLatency(provider.stepMs)}
            </td>
            <td style={{ overflowWrap: 'anywhere' }}>
              {provider.reason}
              {provider.isUsable && (
                <div className={table.soft}>
                  Mixed precision {provider.amp.isUsable ? 'on' : 'off'}: {provider.amp.reason}
                </div>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function usableFirst(a: ProviderReport, b: ProviderReport): number {
  return Number(b.isUsable) - Number(a.isUsable);
}
