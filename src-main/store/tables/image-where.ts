/** Conditions on pictures as SQL: what other tables list of them is asked picture by picture, or looked up at once. */
import type { QualityMembership } from './quality-conditions.ts';
import type { QueueMembership } from './queue-conditions.ts';

type Parameters = Record<string, string | number | null>;

/** Pictures that a table lists, or does not list, under a condition. */
export interface Membership {
  readonly table:
    | 'image_label'
    | 'image_class'
    | 'opinion'
    | 'dataset_entry'
    | 'evaluation_prediction'
    | 'evaluation_picture'
    | 'selection_picture'
    | QualityMembership['table']
    | QueueMembership['table'];
  readonly condition: string;
  readonly isNegated?: boolean;
}

export interface Conditions {
  readonly memberships: readonly Membership[];
  /** On columns of the picture itself. */
  readonly columns: readonly string[];
  readonly parameters: Parameters;
}

export interface SqlQuery {
  readonly sql: string;
  readonly parameters: Parameters;
}

/** One membership alone is counted in its own table, without a look at the pictures. */
export function toCountQuery(conditions: Conditions): SqlQuery {
  const { parameters } = conditions;
  const only = findOnlyMembership(conditions);
  if (only) return { sql: `SELECT count(*) AS count FROM ${only.table} WHERE ${only.condition}`, parameters };
  return { sql: `SELECT count(*) AS count FROM image ${toWhere(conditions, false)}`, parameters };
}

/** @param images of the station in all @param counted what `toCountQuery` came to */
export function toTotal(conditions: Conditions, images: number, counted: number): number {
  return findOnlyMembership(conditions)?.isNegated ? images - counted : counted;
}

function findOnlyMembership({ memberships, columns }: Conditions): Membership | undefined {
  return memberships.length === 1 && columns.length === 0 ? memberships[0] : undefined;
}

/** Conditions on the picture's own columns leave few enough to ask for each, except beside a cell of a matrix. */
export function toWhere({ memberships, columns }: Conditions, isWalk: boolean): string {
  const isAsked = isWalk || columns.length > 0;
  const members = memberships.map((membership) => {
    const isOfEvaluation = membership.table.startsWith('evaluation_');
    const isLookedUp = isOfEvaluation ? !isWalk : !isAsked;
    return isLookedUp && !membership.isNegated ? toLookup(membership) : toQuestion(membership);
  });
  const all = [...columns, ...members];
  return all.length === 0 ? '' : `WHERE ${all.join(' AND ')}`;
}

function toLookup({ table, condition }: Membership): string {
  return `image.hash IN (SELECT image_hash FROM ${table} WHERE ${condition})`;
}

function toQuestion({ table, condition, isNegated }: Membership): string {
  const exists = `EXISTS (SELECT 1 FROM ${table} WHERE ${table}.image_hash = image.hash AND ${condition})`;
  return isNegated ? `NOT ${exists}` : exists;
}
