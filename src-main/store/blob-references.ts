/** Which columns hold blob hashes: what integrity demands, and what the garbage collection spares. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { BlobHash } from '../../src-preload/contract/ids.ts';
import type { ReadableDatabase } from './connection.ts';

/**
 * `blob`: the blob must exist. `spared`: kept as long as it exists. `covered`: always also in a column above
 * it, held there by a foreign key or by the import that wrote both.
 */
export type HashColumnKind = 'blob' | 'spared' | 'covered';

export interface HashColumn {
  readonly table: string;
  readonly column: string;
  readonly kind: HashColumnKind;
}

/** Every column whose name ends in `hash`; a test compares the list with the schema. */
export const hashColumns: readonly HashColumn[] = [
  { table: 'image', column: 'hash', kind: 'blob' },
  { table: 'image', column: 'thumbnail_hash', kind: 'blob' },
  { table: 'run', column: 'checkpoint_hash', kind: 'blob' },
  { table: 'run_artifact', column: 'blob_hash', kind: 'blob' },
  { table: 'model_version', column: 'blob_hash', kind: 'blob' },
  { table: 'evaluation', column: 'model_hash', kind: 'spared' },
  { table: 'import_file', column: 'image_hash', kind: 'covered' },
  { table: 'annotation_revision', column: 'image_hash', kind: 'covered' },
  { table: 'annotation_box', column: 'image_hash', kind: 'covered' },
  { table: 'auto_label_picture', column: 'image_hash', kind: 'covered' },
  { table: 'picture_quality', column: 'image_hash', kind: 'covered' },
  { table: 'label_measure', column: 'image_hash', kind: 'covered' },
  { table: 'quality_decision_picture', column: 'image_hash', kind: 'covered' },
  { table: 'opinion_revision', column: 'image_hash', kind: 'covered' },
  { table: 'opinion', column: 'image_hash', kind: 'covered' },
  { table: 'gold_picture', column: 'image_hash', kind: 'covered' },
  { table: 'picture_comment', column: 'image_hash', kind: 'covered' },
  { table: 'set_aside', column: 'image_hash', kind: 'covered' },
  { table: 'picture_score', column: 'image_hash', kind: 'covered' },
  { table: 'picture_prediction', column: 'image_hash', kind: 'covered' },
  { table: 'diverse_picture', column: 'image_hash', kind: 'covered' },
  { table: 'opinion_dispute', column: 'image_hash', kind: 'covered' },
  { table: 'image_label', column: 'image_hash', kind: 'covered' },
  { table: 'selection_picture', column: 'image_hash', kind: 'covered' },
  { table: 'image_class', column: 'image_hash', kind: 'covered' },
  { table: 'dataset_entry', column: 'image_hash', kind: 'covered' },
  { table: 'evaluation_prediction', column: 'image_hash', kind: 'covered' },
  { table: 'evaluation_picture', column: 'image_hash', kind: 'covered' },
];

/** Hashes whose blobs must exist. */
export function readRequiredBlobs(db: ReadableDatabase): Promise<Set<BlobHash>> {
  return readColumns(db, ['blob']);
}

/** Hashes whose blobs may not be removed, those in the requests of unfinished jobs included. */
export async function readSparedBlobs(db: ReadableDatabase): Promise<Set<BlobHash>> {
  const hashes = await readColumns(db, ['blob', 'spared']);
  const specs = db.all<{ spec: string }>(`SELECT spec FROM job WHERE status IN ('queued', 'running')`);
  for (const { spec } of specs) {
    for (const [hash] of spec.matchAll(/[0-9a-f]{64}/g)) hashes.add(hash as BlobHash);
  }
  return hashes;
}

/** Whether a row, or the request of an unfinished job, needs the blob, which is no picture. */
export function isReferred(db: ReadableDatabase, hash: BlobHash): boolean {
  const columns = hashColumns.filter(({ kind, table }) => kind !== 'covered' && table !== 'image');
  const isInColumn = ({ table, column }: HashColumn): boolean =>
    hasColumn(db, table, column) &&
    db.get(`SELECT 1 FROM ${table} WHERE ${column} = ? LIMIT 1`, [hash]) !== undefined;
  return (
    columns.some(isInColumn) ||
    db.get(`SELECT 1 FROM job WHERE status IN ('queued', 'running') AND instr(spec, ?) LIMIT 1`, [hash]) !==
      undefined
  );
}

/** Lets the station work between columns. A snapshot of an older schema may lack a table or column: it then refers to nothing there. */
async function readColumns(db: ReadableDatabase, kinds: readonly HashColumnKind[]): Promise<Set<BlobHash>> {
  const hashes = new Set<BlobHash>();
  for (const { table, column } of hashColumns.filter(({ kind }) => kinds.includes(kind))) {
    if (!hasColumn(db, table, column)) continue;
    const rows = db.iterate<{ hash: BlobHash }>(
      `SELECT ${column} AS hash FROM ${table} WHERE ${column} IS NOT NULL`,
    );
    for (const { hash } of rows) hashes.add(hash);
    await nextTurn();
  }
  return hashes;
}

function hasColumn(db: ReadableDatabase, table: string, column: string): boolean {
  return db.get('SELECT 1 FROM pragma_table_info(?) WHERE name = ?', [table, column]) !== undefined;
}
