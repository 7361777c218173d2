import { describe, expect, it } from 'vitest';
import { unpackDetections, unpackTruths } from '../../../src-main/statistics/detection/packed-pictures.ts';
import { type DetectorTrial, measureDetector } from '../../../src-main/statistics/detector-measurement.ts';
import { detectionReportSchema } from '../../../src-preload/contract/detection-report.ts';
import { boxIdSchema, imageHashSchema } from '../../../src-preload/contract/ids.ts';

const latencyMs = { p50: 1, p95: 2, p99: 3, mean: 1.5 };
const settings = {
  leastConfidence: 0.001,
  suppressionIou: 0.7,
  maxDetections: 300,
  measured: { latencyMs, provider: 'cpu', speeds: [] },
};

function truth(id: string, className: string, x: number, attributes = {}) {
  return { id: boxIdSchema.parse(id), className, x, y: 0, width: 100, height: 100, attributes };
}

function found(className: string, x: number, score: number) {
  return { className, x, y: 0, width: 100, height: 100, score };
}

const pictures: DetectorTrial['pictures'] = [
  {
    imageHash: imageHashSchema.parse('a'.repeat(64)),
    fileName: 'a.png',
    boxes: [truth('1', 'rust', 0), truth('2', 'scab', 500)],
  },
  { imageHash: imageHashSchema.parse('b'.repeat(64)), fileName: 'b.png', boxes: [truth('3', 'rust', 0)] },
  { imageHash: imageHashSchema.parse('c'.repeat(64)), fileName: 'c.png', boxes: [] },
];

describe('a detector measured on pictures', () => {
  const { report, pictures: measured } = measureDetector({
    ...settings,
    classNames: ['rust', 'scab'],
    pictures,
    found: [[found('scab', 0, 0.6), found('rust', 0, 0.9)], [], [found('mould', 10, 0.7)]],
  });

  it('says the same at its best threshold in its figures and in its curves, also where a class is never found', () => {
    // Of the grid, the confidence just below it.
    const at = Math.floor(100 * (report.bestThreshold ?? 0));
    const { precision, recall, f1 } = report.curves;
    expect(report.perClass.find(({ className }) => className === 'scab')?.recall).toBe(0);
    expect(report.precision).toBeGreaterThan(0);
    expect([precision, recall, f1].map(({ all }) => all[at])).toEqual(
      [report.precision, report.recall, report.f1].map((value) => Math.round(1e4 * (value ?? 0)) / 1e4),
    );
  });

  it('has a report that the contract knows, with the classes that only the detector knows last', () => {
    expect(detectionReportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
    expect(report).toMatchObject({
      classNames: ['rust', 'scab', 'mould'],
      count: 3,
      backgroundCount: 1,
      truths: 3,
      detections: 3,
      perClass: [{ support: 2 }, { support: 1, ap50: 0 }, { support: 0, ap50: null, detections: 1 }],
    });
    // One of the two of rust is found: precision 1 up to a recall of 0.5, that is at 51 of the 101 points.
    expect(report.perClass[0]?.ap50).toBeCloseTo(51 / 101, 9);
    expect(report.map50).toBeCloseTo(51 / 202, 9);
    expect(report.bestThreshold).toBeCloseTo(0.9, 6);
    expect(report.confusion.at(-1)).toEqual([0, 0, 0, 0]);
    expect(report.curves.f1.perClass.map((curve) => curve.length)).toEqual([101, 101, 0]);
  });

  it('keeps each box with what became of it, the most certain first', () => {
    const [first] = measured;
    expect(unpackDetections(first?.detections ?? new Uint8Array())).toMatchObject([
      { classPlace: 0, outcome: 'correct', truth: 0, overlap: 1, x: 0, width: 100 },
      { classPlace: 1, outcome: 'classification', truth: 0 },
    ]);
    expect(unpackTruths(first?.truths ?? '[]')).toEqual([
      { id: '1', className: 'rust', x: 0, y: 0, width: 100, height: 100, outcome: 'found' },
      { id: '2', className: 'scab', x: 500, y: 0, width: 100, height: 100, outcome: 'missed' },
    ]);
  });

  it('names what each picture can be looked for by', () => {
    const findings = measured.map(({ findings: list }) =>
      list.map(({ kind, predictedClass, trueClass }) => [kind, predictedClass, trueClass].join(' ')),
    );
    expect(findings).toEqual([
      ['correct rust rust', 'classification scab rust', 'missed  scab', 'cell rust rust', 'cell  scab'],
      ['missed  rust', 'cell  rust'],
      ['background mould '],
    ]);
  });

  it('leaves crowds out of what is to be found', () => {
    const crowd = { ...pictures[0], boxes: [truth('1', 'rust', 0, { iscrowd: true })] };
    const { report: ofCrowd } = measureDetector({
      ...settings,
      classNames: ['rust'],
      pictures: [crowd as DetectorTrial['pictures'][number]],
      found: [[found('rust', 0, 0.9)]],
    });
    expect(ofCrowd).toMatchObject({
      map50: null,
      truths: 0,
      crowds: 1,
      confusion: [
        [0, 0],
        [0, 0],
      ],
    });
  });

  it('looks at all of a crowd where COCO looks at a hundred, and says so', () => {
    const places = Array.from({ length: 3000 }, (_, index) => 200 * index);
    const crowd = { boxes: places.map((x, index) => truth(`${index}`, 'rust', x)) };
    const { report: ofCrowd } = measureDetector({
      ...settings,
      classNames: ['rust'],
      pictures: [{ ...(pictures[0] as DetectorTrial['pictures'][number]), ...crowd }],
      found: [places.map((x, index) => found('rust', x, 1 - index / 4000))],
    });
    expect(ofCrowd).toMatchObject({ crowdedCount: 1, ar100: 100 / 3000, recall: 1, precision: 1, f1: 1 });
    expect(ofCrowd.map50).toBeCloseTo(4 / 101, 9);
    expect(ofCrowd.errors.map(({ count }) => count)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(ofCrowd.confusion[0]).toEqual([3000, 0]);
  });

  it('has figures of nothing for no truth and no detections', () => {
    const { report: empty } = measureDetector({
      ...settings,
      classNames: ['rust'],
      pictures: pictures.slice(2),
      found: [[]],
    });
    expect(detectionReportSchema.parse(empty)).toMatchObject({
      map50: null,
      ar100: null,
      precision: null,
      bestThreshold: null,
      errors: [{ count: 0, apCost: 0 }, {}, {}, {}, {}, {}],
    });
  });
});
