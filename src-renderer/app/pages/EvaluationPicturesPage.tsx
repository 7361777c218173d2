/** The pictures of an evaluation, one large at a time. */
import { useQuery } from '@tanstack/react-query';
import { ArrowLeft } from 'lucide-react';
import { Link } from 'wouter';
import { evaluationIdSchema } from '../../../src-preload/contract/index.ts';
import { station } from '../../client/station.ts';
import { Loaded } from '../../components/Loaded.tsx';
import { Notice } from '../../components/Notice.tsx';
import { evaluationHref, measuredModel } from '../../features/evaluation/evaluation-href.ts';
import { PictureWorkspace } from '../../features/evaluation/PictureWorkspace.tsx';
import classes from './EvaluationPicturesPage.module.css';

export function EvaluationPicturesPage({ id }: { readonly id: string }) {
  const query = useQuery(
    station.evaluation.getEvaluation.queryOptions({ input: { id: evaluationIdSchema.parse(id) } }),
  );
  return (
    <div className={classes.page}>
      <Loaded query={query} height={600}>
        {(evaluation) => (
          <>
            <h1 className={classes.title}>
              <Link href={evaluationHref(evaluation)} className={classes.back}>
                <ArrowLeft size={18} aria-hidden />
                {measuredModel(evaluation)}
              </Link>
              <small>
                on {evaluation.dataset.name} v{evaluation.dataset.version}, {evaluation.dataset.split}
              </small>
            </h1>
            {evaluation.report.task === 'detection' ? (
              <PictureWorkspace evaluation={evaluation} report={evaluation.report} />
            ) : (
              <Notice tone="info">The pictures of a classifier are opened from its confusion matrix.</Notice>
            )}
          </>
        )}
      </Loaded>
    </div>
  );
}
