/** The judged boxes of a picture as it is kept: detections packed in 32 bytes each, since there are hundreds on a picture. */
import type { z } from 'zod';
import {
  type DetectionOutcome,
  detectionOutcomeSchema,
  judgedTruthSchema,
} from '../../../src-preload/contract/detection-report.ts';
import { assert } from '../../base/app-error.ts';

export interface KeptDetection {
  /** Place in the report's class names. */
  readonly classPlace: number;
  readonly score: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly outcome: DetectionOutcome;
  /** Place among the picture's truths, -1 without one. */
  readonly truth: number;
  /** Overlap with that truth. */
  readonly overlap: number;
}

/** A truth of the picture, without what the picture itself says. */
export type KeptTruth = z.infer<typeof keptTruthSchema>;

const keptTruthSchema = judgedTruthSchema.omit({ imageHash: true });
const keptTruthsSchema = keptTruthSchema.array();

/** Single precision: score, x, y, width, height, overlap; then 16-bit whole numbers: class, outcome, truth, 0. */
const realCount = 6;
const wholeCount = 4;
const recordBytes = 4 * realCount + 2 * wholeCount;

/** All real numbers first, then all whole ones; little-endian, as on every machine that is served. */
export function packDetections(detections: readonly KeptDetection[]): Uint8Array {
  const bytes = new Uint8Array(detections.length * recordBytes);
  const reals = new Float32Array(bytes.buffer, 0, detections.length * realCount);
  const wholes = new Int16Array(bytes.buffer, reals.byteLength, detections.length * wholeCount);
  detections.forEach(({ score, x, y, width, height, overlap, classPlace, outcome, truth }, index) => {
    reals.set([score, x, y, width, height, overlap], index * realCount);
    wholes.set([classPlace, detectionOutcomeSchema.options.indexOf(outcome), truth, 0], index * wholeCount);
  });
  return bytes;
}

export function unpackDetections(packed: Uint8Array): KeptDetection[] {
  const reader = readDetections(packed);
  return Array.from({ length: reader.count }, (_, index) => reader.read(index));
}

/** Looks into packed detections without unpacking them all. */
export interface DetectionReader {
  readonly count: number;
  score(index: number): number;
  classPlace(index: number): number;
  outcome(index: number): DetectionOutcome;
  /** -1 without one */
  truth(index: number): number;
  read(index: number): KeptDetection;
}

export function readDetections(packed: Uint8Array): DetectionReader {
  assert(packed.length % recordBytes === 0, `${packed.length} bytes are no detections`);
  const count = packed.length / recordBytes;
  // A copy: views want a start that the database's buffers do not have, and a Buffer's own slice is none.
  const { buffer } = new Uint8Array(packed);
  const reals = new Float32Array(buffer, 0, count * realCount);
  const wholes = new Int16Array(buffer, count * realCount * 4, count * wholeCount);
  const real = (index: number, column: number) => reals[index * realCount + column] as number;
  const whole = (index: number, column: number) => wholes[index * wholeCount + column] as number;
  const outcome = (index: number): DetectionOutcome => {
    const known = detectionOutcomeSchema.options[whole(index, 1)];
    assert(known !== undefined, `outcome ${whole(index, 1)} of a kept detection`);
    return known;
  };
  return {
    count,
    score: (index) => real(index, 0),
    classPlace: (index) => whole(index, 0),
    outcome,
    truth: (index) => whole(index, 2),
    read: (index) => ({
      score: real(index, 0),
      x: real(index, 1),
      y: real(index, 2),
      width: real(index, 3),
      height: real(index, 4),
      overlap: real(index, 5),
      classPlace: whole(index, 0),
      outcome: outcome(index),
      truth: whole(index, 2),
    }),
  };
}

export function packTruths(truths: readonly KeptTruth[]): string {
  return JSON.stringify(truths);
}

export function unpackTruths(text: string): KeptTruth[] {
  return keptTruthsSchema.parse(JSON.parse(text));
}
