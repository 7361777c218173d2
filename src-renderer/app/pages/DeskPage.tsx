/** The labelling desk: one picture after the other. */
import { useSearch } from 'wouter';
import { imageHashSchema } from '../../../src-preload/contract/index.ts';
import { Desk } from '../../features/desk/Desk.tsx';
import { deskFromSearch, deskQueues } from '../../features/desk/desk-queues.ts';
import { useAnnotator } from '../../features/team/annotator-store.ts';
import classes from './DeskPage.module.css';

/** What is worked through where the address names nothing. */
const firstQueue = deskQueues[0]?.filter ?? {};

export function DeskPage() {
  const search = useSearch();
  const annotator = useAnnotator((chosen) => chosen.annotator);
  const asked = deskFromSearch(search);
  const filter = search === '' ? firstQueue : asked.filter;
  const start = imageHashSchema.safeParse(new URLSearchParams(search).get('at')).data;
  return (
    <div className={classes.page}>
      <h1 className={classes.title}>Label</h1>
      <Desk key={`${search} ${annotator}`} filter={filter} measure={asked.measure} start={start} />
    </div>
  );
}
