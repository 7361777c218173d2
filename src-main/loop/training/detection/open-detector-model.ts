/** The network that a detector's run trains: one of our own from nothing, or one that was trained before. */
import {
  createDetector,
  createForeignDetector,
  type DetectorName,
  type TrainableModel,
} from '../../../engine/index.ts';
import type { BlobStore } from '../../../store/blobs.ts';
import type { DetectorSpec } from '../train-job.ts';
import type { BaseDetector } from './base-detector.ts';

export interface OpenedModel {
  readonly model: TrainableModel;
  /** Patterns of the parameters that stay as they are. */
  readonly frozen: readonly string[];
}

/** @param maxBoxes boxes that a training picture has room for */
export async function openDetectorModel(
  { plan, classNames }: DetectorSpec,
  blobs: Pick<BlobStore, 'read'>,
  maxBoxes: number,
): Promise<OpenedModel> {
  const { confidence, overlap, maxDetections, seed, imageSize } = plan;
  const suppression = { confidence, overlap, maxDetections };
  const common = { classes: classNames.length, maxBoxes, seed, suppression, imageSize };
  if (plan.base) {
    const model = createForeignDetector({ ...common, bytes: await blobs.read(plan.base.blobHash) });
    return { model, frozen: listFrozen(model, plan.base, plan.freeze) };
  }
  const model = createDetector({ ...common, architecture: plan.architecture as DetectorName });
  return { model, frozen: stages.slice(0, plan.freeze) };
}

/** Of our own networks, in the order in which a picture goes through them. */
const stages = ['stem*', 'stage2*', 'stage3*', 'stage4*', 'stage5*'] as const;
/** A foreign network that does not number its stages: its parameters, in their order, are counted in so many parts. */
const foreignStages = 10;

/** Ultralytics numbers the modules of its networks in the order in which a picture goes through them. */
function moduleOf(name: string): number {
  return Number(/(?:^|\/|\.)model\.(\d+)[./]/.exec(name)?.[1] ?? Number.NaN);
}

export function listFrozen(
  { parameters }: Pick<TrainableModel, 'parameters'>,
  { family }: Pick<BaseDetector, 'family'>,
  freeze: number,
): readonly string[] {
  if (family === 'fieldstation') return stages.slice(0, freeze);
  const names = parameters.map(({ name }) => name);
  const numbered = names.filter((name) => !Number.isNaN(moduleOf(name)));
  if (2 * numbered.length > names.length) return numbered.filter((name) => moduleOf(name) < freeze);
  const count = Math.round((Math.min(freeze, foreignStages - 1) / foreignStages) * parameters.length);
  return names.slice(0, count);
}
