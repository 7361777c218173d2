import { describe, expect, it } from 'vitest';
import { modelVersionSchema } from '../../../../src-preload/contract/index.ts';
import { metricRows } from '../../../../src-renderer/features/registry/metric-table.ts';

const version = (number: number, metrics: Record<string, number>, sizeBytes = 1000) =>
  modelVersionSchema.parse({
    name: 'leaf',
    version: number,
    aliases: [],
    runId: null,
    dataset: null,
    architecture: 'classifier-nano',
    classNames: ['a', 'b'],
    imageSize: 64,
    blobHash: 'a'.repeat(64),
    sizeBytes,
    metrics,
    createdAt: 0,
  });

const bestOf = (versions: Parameters<typeof metricRows>[0]) =>
  Object.fromEntries(metricRows(versions).map((row) => [row.key, [...row.best]]));

describe('metricRows', () => {
  it('marks the highest share, but the lowest loss, latency and size', () => {
    const rows = bestOf([
      version(1, { accuracy: 0.9, logLoss: 0.2, latencyMs: 3 }, 500),
      version(2, { accuracy: 0.95, logLoss: 0.3, latencyMs: 2 }, 600),
    ]);
    expect(rows).toEqual({ accuracy: [1], logLoss: [0], latencyMs: [1], sizeBytes: [0] });
  });

  it('ranks average precision, but no threshold: neither high nor low is better', () => {
    const rows = bestOf([
      version(1, { map50: 0.9, ar100: 0.4, bestThreshold: 0.2 }),
      version(2, { map50: 0.8, ar100: 0.5, bestThreshold: 0.6 }),
    ]);
    expect(rows).toEqual({ map50: [0], ar100: [1], bestThreshold: [], sizeBytes: [] });
  });

  it('marks nothing where all are equal or only one was measured', () => {
    expect(bestOf([version(1, { accuracy: 0.9, f1: 0.9 }), version(2, { accuracy: 0.9 })])).toEqual({
      accuracy: [],
      f1: [],
      sizeBytes: [],
    });
  });
});
