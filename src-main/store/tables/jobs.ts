/** Jobs and their log lines. The pattern for a table module: a function of the database that returns its queries. */
import type { JobId } from '../../../src-preload/contract/ids.ts';
import {
  type Job,
  type JobKind,
  type JobLogLine,
  type JobProgress,
  type JobStatus,
  jobSchema,
} from '../../../src-preload/contract/job.ts';
import { AppError } from '../../base/app-error.ts';
import type { Database } from '../connection.ts';

export interface NewJob {
  readonly id: JobId;
  readonly kind: JobKind;
  readonly subject: string;
  readonly title: string;
  /** Anything JSON holds; given back by `readRequest`. */
  readonly request: unknown;
  readonly createdAt: number;
}

/** What a start ended by that did not end its job: a worker that died, a station that was killed, one that was closed. */
export type StartEnd = 'crash' | 'interruption' | 'shutdown';

export type EndedStatus = Exclude<JobStatus, 'queued' | 'running'>;

/** What the queue, and nobody else, needs to know about a job. */
export interface JobLedger {
  /** Starts in a row that got no further than an earlier one, those that ended with their station left out. */
  readonly setbacks: number;
  /** Starts that got no further and ended with their station, since the last that did get further. */
  readonly interruptions: number;
  readonly cancelRequested: boolean;
}

interface JobRow {
  id: string;
  kind: string;
  title: string;
  subject: string;
  status: string;
  fraction: number;
  message: string;
  remaining_ms: number | null;
  attempt: number;
  created_at: number;
  started_at: number | null;
  heartbeat_at: number | null;
  ended_at: number | null;
  error: string | null;
}

/** Headway smaller than this share of the job does not count. */
const headwayStep = 0.01;
const columns =
  'id, kind, title, subject, status, fraction, message, remaining_ms, attempt, created_at, started_at, heartbeat_at, ended_at, error';

export function createJobsTable(db: Database) {
  return { ...createJobQueries(db), ...createJobChanges(db), ...createJobLog(db) };
}

function createJobQueries(db: Database) {
  const find = (id: JobId): Job | undefined => {
    const row = db.get<JobRow>(`SELECT ${columns} FROM job WHERE id = ?`, [id]);
    return row && toJob(row);
  };
  return {
    find,
    /** @throws {AppError} NOT_FOUND */
    get(id: JobId): Job {
      const job = find(id);
      if (!job) throw new AppError('NOT_FOUND', `there is no job ${id}`, { data: { id } });
      return job;
    },
    /** Newest first. */
    list(filter: { status?: JobStatus | undefined; limit: number }): Job[] {
      const rows = db.all<JobRow>(
        `SELECT ${columns} FROM job WHERE :status IS NULL OR status = :status ORDER BY created_at DESC, rowid DESC LIMIT :limit`,
        { status: filter.status ?? null, limit: filter.limit },
      );
      return rows.map(toJob);
    },
    /** The newest job that works for an import, a run or an evaluation. */
    findBySubject(subject: string): Job | undefined {
      const row = db.get<JobRow>(
        `SELECT ${columns} FROM job WHERE subject = ? ORDER BY created_at DESC, rowid DESC LIMIT 1`,
        [subject],
      );
      return row && toJob(row);
    },
    /** Oldest first. */
    listQueued(): Job[] {
      return db
        .all<JobRow>(`SELECT ${columns} FROM job WHERE status = 'queued' ORDER BY created_at, rowid`)
        .map(toJob);
    },
    readRequest(id: JobId): unknown {
      const row = db.get<{ spec: string }>('SELECT spec FROM job WHERE id = ?', [id]);
      return row && JSON.parse(row.spec);
    },
    readLedger(id: JobId): JobLedger {
      const row = db.get<{ setbacks: number; interruptions: number; cancel_requested: number }>(
        'SELECT setbacks, interruptions, cancel_requested FROM job WHERE id = ?',
        [id],
      );
      return {
        setbacks: row?.setbacks ?? 0,
        interruptions: row?.interruptions ?? 0,
        cancelRequested: row?.cancel_requested === 1,
      };
    },
  };
}

function createJobChanges(db: Database) {
  return {
    insert(job: NewJob): void {
      db.run(
        `INSERT INTO job (id, kind, title, subject, spec, status, created_at) VALUES (?, ?, ?, ?, ?, 'queued', ?)`,
        [job.id, job.kind, job.title, job.subject, JSON.stringify(job.request ?? null), job.createdAt],
      );
    },
    /** Queued to running; one more attempt, and a setback until it gets further than the attempts before. */
    start(id: JobId, at: number): void {
      db.run(
        `UPDATE job SET status = 'running', attempt = attempt + 1, setbacks = setbacks + 1, remaining_ms = NULL,
         started_at = :at, heartbeat_at = :at WHERE id = :id AND status = 'queued'`,
        { id, at },
      );
    },
    recordProgress(id: JobId, progress: JobProgress, at: number): void {
      db.run(
        `UPDATE job SET fraction = :fraction, message = :message, remaining_ms = :remainingMs, heartbeat_at = :at,
         setbacks = CASE WHEN :fraction > headway + ${headwayStep} THEN 0 ELSE setbacks END,
         interruptions = CASE WHEN :fraction > headway + ${headwayStep} THEN 0 ELSE interruptions END,
         headway = CASE WHEN :fraction > headway + ${headwayStep} THEN :fraction ELSE headway END
         WHERE id = :id AND status = 'running'`,
        { id, at, ...progress },
      );
    },
    recordHeartbeat(id: JobId, at: number): void {
      db.run(`UPDATE job SET heartbeat_at = ? WHERE id = ? AND status = 'running'`, [at, id]);
    },
    requestCancel(id: JobId): void {
      db.run('UPDATE job SET cancel_requested = 1 WHERE id = ?', [id]);
    },
    /** Running to queued, to be started again. A start that got no further stays a setback only after a crash. */
    requeue(id: JobId, message: string, endedBy: StartEnd): void {
      db.run(
        `UPDATE job SET status = 'queued', message = :message, remaining_ms = NULL,
         interruptions = interruptions + (:isInterruption AND setbacks > 0),
         setbacks = max(0, setbacks - :forgiven) WHERE id = :id AND status = 'running'`,
        {
          id,
          message,
          isInterruption: endedBy === 'interruption' ? 1 : 0,
          forgiven: endedBy === 'crash' ? 0 : 1,
        },
      );
    },
    end(id: JobId, end: { status: EndedStatus; error: Job['error']; at: number }): void {
      db.run(
        `UPDATE job SET status = :status, error = :error, ended_at = :at, remaining_ms = NULL,
         fraction = CASE WHEN :status = 'succeeded' THEN 1 ELSE fraction END
         WHERE id = :id AND status IN ('queued', 'running')`,
        { id, status: end.status, error: end.error && JSON.stringify(end.error), at: end.at },
      );
    },
  };
}

function createJobLog(db: Database) {
  return {
    appendLog(id: JobId, line: JobLogLine): void {
      db.run('INSERT INTO job_log (job_id, at, level, message) VALUES (?, ?, ?, ?)', [
        id,
        line.at,
        line.level,
        line.message,
      ]);
    },
    /** Keeps the newest lines. */
    trimLog(id: JobId, keep: number): void {
      db.run(
        `DELETE FROM job_log WHERE job_id = :id AND id <=
         (SELECT id FROM job_log WHERE job_id = :id ORDER BY id DESC LIMIT 1 OFFSET :keep)`,
        { id, keep },
      );
    },
    /** Oldest first. */
    listLog(id: JobId): JobLogLine[] {
      return db.all<JobLogLine>('SELECT at, level, message FROM job_log WHERE job_id = ? ORDER BY id', [id]);
    },
  };
}

function toJob(row: JobRow): Job {
  return jobSchema.parse({
    id: row.id,
    kind: row.kind,
    title: row.title,
    status: row.status,
    progress: { fraction: row.fraction, message: row.message, remainingMs: row.remaining_ms },
    subject: row.subject,
    attempt: row.attempt,
    createdAt: row.created_at,
    startedAt: row.started_at,
    heartbeatAt: row.heartbeat_at,
    endedAt: row.ended_at,
    error: row.error === null ? null : JSON.parse(row.error),
  });
}
