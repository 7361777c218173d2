/** Runs for the tests of experiments. */
import { type MetricPoint, type Run, runSchema } from '../../../../src-preload/contract/index.ts';

type RunFields = Partial<
  Pick<Run, 'name' | 'modelVersion' | 'status' | 'params' | 'metrics' | 'startedAt' | 'endedAt'>
>;

export function createRun(id: string, fields: RunFields = {}): Run {
  return runSchema.parse({
    id,
    name: id,
    experiment: 'leaf',
    status: 'completed',
    reason: null,
    dataset: { name: 'leaf', version: 1 },
    modelName: 'leaf',
    modelVersion: null,
    createdAt: 0,
    startedAt: null,
    endedAt: null,
    params: {},
    metrics: {},
    tags: {},
    checkpointEpoch: null,
    isResumable: false,
    job: null,
    ...fields,
  });
}

/** `[step, value, timestamp]` each. */
export function createPoints(
  key: string,
  ...points: ReadonlyArray<readonly [number, number, number]>
): MetricPoint[] {
  return points.map(([step, value, timestamp]) => ({ key, step, value, timestamp }));
}
