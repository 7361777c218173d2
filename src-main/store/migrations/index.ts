/** Every migration in order; the place in the list is the schema version it leads to. Append only. */
import { createStation } from './0001-create-station.ts';
import { indexQueries } from './0002-index-queries.ts';
import { countInterruptions } from './0003-count-interruptions.ts';
import { dropEndedCheckpoints } from './0004-drop-ended-checkpoints.ts';
import { addBoxes } from './0005-add-boxes.ts';
import { addDetectionEvaluations } from './0006-add-detection-evaluations.ts';
import { countImportedBoxes } from './0007-count-imported-boxes.ts';
import { keepExports } from './0008-keep-exports.ts';
import { addAutoLabels } from './0009-add-auto-labels.ts';
import { checkQuality } from './0010-check-quality.ts';
import { addOpinions } from './0011-add-opinions.ts';
import { addCapture } from './0012-add-capture.ts';
import { addQueues } from './0013-add-queues.ts';

export interface Migration {
  readonly name: string;
  readonly sql: string;
}

export const migrations: readonly Migration[] = [
  { name: '0001-create-station', sql: createStation },
  { name: '0002-index-queries', sql: indexQueries },
  { name: '0003-count-interruptions', sql: countInterruptions },
  { name: '0004-drop-ended-checkpoints', sql: dropEndedCheckpoints },
  { name: '0005-add-boxes', sql: addBoxes },
  { name: '0006-add-detection-evaluations', sql: addDetectionEvaluations },
  { name: '0007-count-imported-boxes', sql: countImportedBoxes },
  { name: '0008-keep-exports', sql: keepExports },
  { name: '0009-add-auto-labels', sql: addAutoLabels },
  { name: '0010-check-quality', sql: checkQuality },
  { name: '0011-add-opinions', sql: addOpinions },
  { name: '0012-add-capture', sql: addCapture },
  { name: '0013-add-queues', sql: addQueues },
];
