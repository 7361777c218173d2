/** Several annotators: who labels, how far they agree, and what their answers come to. */
import { Button } from '@mantine/core';
import { Link } from 'wouter';
import { PageHeader } from '../../components/PageHeader.tsx';
import { AgreementPanel } from '../../features/team/AgreementPanel.tsx';
import { AnnotatorsPanel } from '../../features/team/AnnotatorsPanel.tsx';
import { ConsensusPanel } from '../../features/team/ConsensusPanel.tsx';
import { TeamRuleForm } from '../../features/team/TeamRuleForm.tsx';
import layout from './layout.module.css';

export function TeamPage() {
  return (
    <>
      <PageHeader
        title="Team"
        description="Several people answer the same pictures; what enough of them say becomes the label."
        actions={
          <Button component={Link} href="/data" variant="default">
            Back to the pictures
          </Button>
        }
      />
      <div className={layout.stack}>
        <TeamRuleForm />
        <ConsensusPanel />
        <AnnotatorsPanel />
        <AgreementPanel />
      </div>
    </>
  );
}
