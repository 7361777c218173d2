/** Every migration in order; the place in the list is the schema version it leads to. Append only. */
import { createStation } from './0001-create-station.ts';
import { indexQueries } from './0002-index-queries.ts';
import { countInterruptions } from './0003-count-interruptions.ts';
import { dropEndedCheckpoints } from './0004-drop-ended-checkpoints.ts';

export interface Migration {
  readonly name: string;
  readonly sql: string;
}

export const migrations: readonly Migration[] = [
  { name: '0001-create-station', sql: createStation },
  { name: '0002-index-queries', sql: indexQueries },
  { name: '0003-count-interruptions', sql: countInterruptions },
  { name: '0004-drop-ended-checkpoints', sql: dropEndedCheckpoints },
];
