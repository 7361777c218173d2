/** How far annotators agree: each with each, over all classes or in one, and class by class over all. */
import { SegmentedControl, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { TeamAgreement } from '../../../src-preload/contract/index.ts';
import { station } from '../../client/station.ts';
import { formatPlural } from '../../components/formatting.ts';
import { Loaded } from '../../components/Loaded.tsx';
import { Panel } from '../../components/Panel.tsx';
import { AgreementMatrix } from './AgreementMatrix.tsx';
import { type MeasureKey, measures } from './agreement-measures.ts';
import { ClassAgreementTable } from './ClassAgreementTable.tsx';
import { type AskedPair, DisagreementsDialog } from './DisagreementsDialog.tsx';
import classes from './Team.module.css';

export function AgreementPanel() {
  const query = useQuery(station.annotation.getAgreement.queryOptions());
  return (
    <Panel title="Agreement" note={query.data && summaryOf(query.data)} testId="agreement">
      <Loaded query={query} height={120}>
        {(agreement) =>
          agreement.pairs.length === 0 ? (
            <p className={classes.hint}>No picture has the answers of two annotators yet.</p>
          ) : (
            <Measures agreement={agreement} />
          )
        }
      </Loaded>
    </Panel>
  );
}

function summaryOf({ pictures }: TeamAgreement): string {
  return `${formatPlural(pictures, 'picture')} answered twice or more. A cell opens the pictures on which two differ.`;
}

const measureChoices = Object.entries(measures).map(([value, { name }]) => ({ value, label: name }));

function Measures({ agreement }: { readonly agreement: TeamAgreement }) {
  const [measure, setMeasure] = useState<MeasureKey>('f1');
  const [className, setClassName] = useState<string | null>(null);
  const [opened, setOpened] = useState<AskedPair | null>(null);
  const names = agreement.classes.map((one) => one.className);
  return (
    <>
      <div className={classes.choices}>
        <SegmentedControl
          size="md"
          aria-label="Measure"
          data={measureChoices}
          value={measure}
          onChange={(value) => setMeasure(value as MeasureKey)}
        />
        <Select
          aria-label="Class"
          data={[{ value: '', label: 'All classes' }, ...names.map((name) => ({ value: name, label: name }))]}
          value={className ?? ''}
          onChange={(value) => setClassName(value || null)}
        />
      </div>
      <div className={classes.agreement}>
        <AgreementMatrix
          pairs={agreement.pairs}
          measure={measure}
          className={className}
          onOpen={(first, second) => setOpened({ first, second, className })}
        />
        <ClassAgreementTable rows={agreement.classes} chosen={className} onChoose={setClassName} />
      </div>
      <p className={classes.definition} data-testid="measure-definition">
        {measures[measure].define(agreement.iou)}
      </p>
      {agreement.tagAlpha !== null && (
        <p className={classes.definition}>
          Krippendorff’s α (2011) of the picture classes, over any number of annotators:{' '}
          <strong>{agreement.tagAlpha.toFixed(2)}</strong>. 1 − observed ÷ expected disagreement, nominal.
        </p>
      )}
      <DisagreementsDialog pair={opened} onClose={() => setOpened(null)} />
    </>
  );
}
