/** The one suggested action, large enough to be hit with a glove. */
import { Button, Skeleton } from '@mantine/core';
import { ArrowRight } from 'lucide-react';
import { Link } from 'wouter';
import type { Overview } from '../../../src-preload/contract/index.ts';
import classes from './NextStep.module.css';
import { nextAction } from './next-action.ts';
import { useLoopState } from './use-loop-state.ts';

export function NextStep({ overview }: { readonly overview: Overview }) {
  const state = useLoopState(overview);
  if (state === undefined) return <Skeleton height={104} radius="lg" />;
  const action = nextAction(state);
  return (
    <section
      aria-label="What to do next"
      className={classes.step}
      data-testid="next-step"
      data-kind={action.kind}
    >
      <div className={classes.text}>
        <span className={classes.eyebrow}>Next step</span>
        <h2 className={classes.title}>{action.title}</h2>
        <p className={classes.reason}>{action.reason}</p>
      </div>
      <Button
        component={Link}
        href={action.href}
        size="lg"
        className={classes.button}
        rightSection={<ArrowRight size={19} aria-hidden />}
      >
        {action.button}
      </Button>
    </section>
  );
}
