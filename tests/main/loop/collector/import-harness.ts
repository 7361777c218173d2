/** Imports without a second process: the worker's body and the station's handler, with the queue's rows between them. */
import { createHash } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { systemClock } from '../../../../src-main/base/clock.ts';
import { createSilentLog } from '../../../../src-main/base/log.ts';
import type { JobContext } from '../../../../src-main/jobs/job-kind.ts';
import { type AnyJobHandler, createJobQueue } from '../../../../src-main/jobs/queue.ts';
import { createCollector } from '../../../../src-main/loop/collector/collector.ts';
import { importBody } from '../../../../src-main/loop/collector/import-body.ts';
import { createImportHandler } from '../../../../src-main/loop/collector/import-handler.ts';
import type {
  ImportJobRequest,
  ImportResult,
  ImportUpdate,
} from '../../../../src-main/loop/collector/import-job.ts';
import { openStore, type Store } from '../../../../src-main/store/store.ts';
import { type Import, importRequestSchema } from '../../../../src-preload/contract/collector.ts';
import type { ImageHash } from '../../../../src-preload/contract/ids.ts';
import type { StationEvent } from '../../../../src-preload/contract/system.ts';
import { createTemporaryFolder } from '../../store/temporary-folder.ts';

/** @param dataDir of an earlier harness of the test, closed by then */
export function createImportHarness(dataDir = createTemporaryFolder()) {
  const store = openStore(dataDir, { create: true });
  onTestFinished(() => store.close());
  const events: StationEvent[] = [];
  const handler = createImportHandler({
    store,
    clock: systemClock,
    publish: (event) => void events.push(event),
  });
  const jobs = createIdleQueue(store);
  const collector = createCollector({ store, jobs, clock: systemClock });

  /** @param commits after which the worker dies */
  const work = async ({ id, jobId }: Import, commits = Number.POSITIVE_INFINITY): Promise<ImportResult> => {
    const job = store.jobs.get(jobId);
    const request = store.jobs.readRequest(jobId) as ImportJobRequest;
    const spec = handler.prepare(job, request);
    let left = commits;
    const result = await importBody(structuredClone(spec), {
      ...quietContext(store),
      commit: async (update: ImportUpdate) => {
        if (left-- <= 0) throw new Error(`the worker of ${id} was killed`);
        store.db.transaction(() => handler.onUpdate(job, request, structuredClone(update)));
      },
    });
    store.db.transaction(() => handler.onEnd(job, request, { status: 'succeeded', result }));
    return result;
  };
  return {
    dataDir,
    store,
    jobs,
    collector,
    events,
    work,
    async importAll(paths: string[], options: Record<string, unknown> = {}): Promise<Import> {
      const started = await collector.importPaths(importRequestSchema.parse({ paths, ...options }));
      await work(started);
      return collector.getImport(started.id);
    },
    /** `class/split` of each picture, by file name. */
    readPictures: (): Record<string, string> => {
      const { images } = store.imageQueries.list({ filter: {}, offset: 0, limit: 1000 });
      const tell = (split: string | null) => (split === null ? '' : ` in ${split}`);
      return Object.fromEntries(
        images.map((image) => [image.fileName, (image.className ?? 'none') + tell(image.originSplit)]),
      );
    },
  };
}

export function hashOf(bytes: Uint8Array): ImageHash {
  return createHash('sha256').update(bytes).digest('hex') as ImageHash;
}

export function quietContext(store: Store): Omit<JobContext<never>, 'commit'> {
  return {
    signal: new AbortController().signal,
    blobsDir: store.folder.blobs,
    workerEntry: '',
    reportProgress: () => {},
    log: () => {},
  };
}

/** Writes rows and starts nothing. */
export function createIdleQueue(store: Store) {
  const handler: AnyJobHandler = {
    prepare: () => undefined,
    onUpdate: () => {},
    onEnd: () => {},
    resumesAfterRestart: true,
    maxAttempts: 1,
  };
  return createJobQueue({
    store,
    launcher: {
      launch: () => {
        throw new Error('bug: the idle queue started a job');
      },
    },
    clock: systemClock,
    log: createSilentLog(),
    handlers: {
      import: handler,
      train: handler,
      evaluate: handler,
      export: handler,
      label: handler,
      score: handler,
      measure: handler,
      diversify: handler,
    },
    onChange: () => {},
  });
}
