/** The history of what was put in service: append-only, but for the time a switch took, known just after it. */
import { type DeploymentEvent, deploymentEventSchema } from '../../../src-preload/contract/deployment.ts';
import type { Database } from '../connection.ts';

export type NewDeploymentEvent = Omit<DeploymentEvent, 'id' | 'switchMs'>;

interface EventRow {
  id: number;
  model_name: string;
  kind: string;
  from_version: number | null;
  to_version: number;
  reason: string;
  actor: string;
  at: number;
  switch_ms: number | null;
  comparison: string | null;
}

export function createDeploymentsTable(db: Database) {
  return {
    /** @returns the event's id */
    insert(event: NewDeploymentEvent): number {
      return db.run(
        `INSERT INTO deployment_event (model_name, kind, from_version, to_version, reason, actor, at, comparison)
         VALUES (:model, :kind, :fromVersion, :toVersion, :reason, :actor, :at, :comparison)`,
        { ...event, comparison: event.comparison && JSON.stringify(event.comparison) },
      ).lastId;
    },
    recordSwitch(id: number, switchMs: number): void {
      db.transaction(
        () => db.run('UPDATE deployment_event SET switch_ms = ? WHERE id = ?', [switchMs, id]),
        'eventual',
      );
    },
    get(id: number): DeploymentEvent | undefined {
      const row = db.get<EventRow>('SELECT * FROM deployment_event WHERE id = ?', [id]);
      return row && toEvent(row);
    },
    /** Newest first; of one model, or of all. */
    list(model?: string): DeploymentEvent[] {
      const rows = db.all<EventRow>(
        'SELECT * FROM deployment_event WHERE :model IS NULL OR model_name = :model ORDER BY id DESC',
        { model: model ?? null },
      );
      return rows.map(toEvent);
    },
    /** The versions put in service, oldest first: what the way back is found from. */
    listSwitches(model: string): { kind: DeploymentEvent['kind']; toVersion: number }[] {
      return db.all(
        'SELECT kind, to_version AS toVersion FROM deployment_event WHERE model_name = ? ORDER BY id',
        [model],
      );
    },
  };
}

function toEvent(row: EventRow): DeploymentEvent {
  return deploymentEventSchema.parse({
    id: row.id,
    model: row.model_name,
    kind: row.kind,
    fromVersion: row.from_version,
    toVersion: row.to_version,
    reason: row.reason,
    actor: row.actor,
    at: row.at,
    switchMs: row.switch_ms,
    comparison: row.comparison === null ? null : JSON.parse(row.comparison),
  });
}
