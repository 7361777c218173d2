/** What answers predictions now, how well it does, and the way back. */
import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { CircleCheck, CircleDashed, CircleX, LoaderCircle, RotateCcw } from 'lucide-react';
import type { ModelVersion, ServingStatus } from '../../../src-preload/contract/index.ts';
import { Figure, Figures } from '../../components/Figure.tsx';
import { formatCount, formatLatency } from '../../components/formatting.ts';
import { Notice } from '../../components/Notice.tsx';
import { Panel } from '../../components/Panel.tsx';
import { ToneChip } from '../../components/StatusChip.tsx';
import { formatMetric, mainMetricOf } from '../registry/metric-table.ts';
import { RollbackDialog } from './RollbackDialog.tsx';

interface ServingPanelProps {
  readonly status: ServingStatus | undefined;
  readonly champion: ModelVersion | undefined;
  readonly modelName: string;
}

export function ServingPanel({ status, champion, modelName }: ServingPanelProps) {
  const [isRollingBack, { open, close }] = useDisclosure(false);
  const rollbackTo = status?.rollbackTo ?? null;
  return (
    <Panel
      title="In service"
      testId="serving"
      actions={
        rollbackTo !== null && (
          <Button variant="default" leftSection={<RotateCcw size={17} aria-hidden />} onClick={open}>
            Roll back to v{rollbackTo}
          </Button>
        )
      }
    >
      {status === undefined || status.version === null ? (
        <Notice tone="info" title="No version of this model answers yet">
          Promote one below: it then answers predictions on this machine.
        </Notice>
      ) : (
        <Serving status={status} champion={champion} />
      )}
      {rollbackTo !== null && (
        <RollbackDialog
          modelName={modelName}
          from={status?.version ?? null}
          to={rollbackTo}
          isOpen={isRollingBack}
          onClose={close}
        />
      )}
    </Panel>
  );
}

const states = {
  idle: { word: 'Idle', tone: 'plain', icon: CircleDashed },
  loading: { word: 'Loading', tone: 'info', icon: LoaderCircle },
  ready: { word: 'Ready', tone: 'good', icon: CircleCheck },
  failed: { word: 'Failed', tone: 'bad', icon: CircleX },
} as const;

function Serving({
  status,
  champion,
}: {
  readonly status: ServingStatus;
  readonly champion: ModelVersion | undefined;
}) {
  const main = mainMetricOf(champion === undefined ? [] : [champion]);
  return (
    <>
      <Figures>
        <Figure
          size="lg"
          label="Champion"
          value={<span data-testid="champion-version">v{status.version}</span>}
          note={<ToneChip {...states[status.state]} isSpinning={status.state === 'loading'} />}
        />
        <Figure
          size="lg"
          label={main.label}
          value={formatMetric(main.key, champion?.metrics[main.key])}
          note="On its test pictures"
        />
        <Figure label="Answered" value={formatCount(status.requests)} note="Since the station started" />
        <Figure
          label="Failures"
          value={formatCount(status.failures)}
          tone={status.failures > 0 ? 'bad' : 'plain'}
        />
        <Figure
          label="Latency, median"
          value={status.latencyMs === null ? '–' : formatLatency(status.latencyMs.p50)}
          note={status.latencyMs === null ? undefined : `95 %: ${formatLatency(status.latencyMs.p95)}`}
        />
        <Figure label="Runs on" value={status.provider ?? '–'} />
      </Figures>
      {status.reason !== null && (
        <Notice tone={status.state === 'failed' ? 'bad' : 'info'}>{status.reason}</Notice>
      )}
    </>
  );
}
