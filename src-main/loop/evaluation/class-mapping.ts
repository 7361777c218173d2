/** How the outputs of a model and the classes of a dataset belong together: by name. */
import { AppError } from '../../base/app-error.ts';

export interface ClassMapping {
  /** All classes of the report: the dataset's in their order, then those that only the model knows. */
  readonly classNames: readonly string[];
  /** `[model classes]`: the place of each model output in `classNames` */
  readonly outputs: Int32Array;
}

/**
 * One side may know classes that the other does not: a picture of a class that the model has never seen counts as
 * wrong, a model's class without pictures as a mistake where it is predicted.
 * @param modelNames undefined for a model without names: its outputs are then in the dataset's order
 * @throws {AppError} MODEL_CLASSES_MISMATCH naming both lists
 */
export function mapClasses(
  datasetNames: readonly string[],
  modelNames: readonly string[] | undefined,
  outputCount: number,
): ClassMapping {
  const names = modelNames ?? datasetNames;
  if (names.length !== outputCount) throw wrongCount(datasetNames, modelNames, outputCount);
  const known = new Set(datasetNames);
  const shared = names.filter((name) => known.has(name));
  if (shared.length !== names.length && shared.length !== datasetNames.length)
    throw mismatch(datasetNames, names);
  const classNames = [...datasetNames, ...names.filter((name) => !known.has(name))];
  return { classNames, outputs: Int32Array.from(names, (name) => classNames.indexOf(name)) };
}

/**
 * @param probabilities `[n, model classes]`
 * @returns `[n, classNames]`, 0 where the model does not know the class
 */
export function mapProbabilities(
  { classNames, outputs }: ClassMapping,
  probabilities: Float32Array,
): Float32Array {
  const rows = probabilities.length / outputs.length;
  const mapped = new Float32Array(rows * classNames.length);
  for (let row = 0; row < rows; row++) {
    outputs.forEach((place, output) => {
      mapped[row * classNames.length + place] = probabilities[row * outputs.length + output] ?? 0;
    });
  }
  return mapped;
}

function wrongCount(
  datasetNames: readonly string[],
  modelNames: readonly string[] | undefined,
  outputCount: number,
): AppError {
  const list = modelNames ?? datasetNames;
  const whose = modelNames ? 'class names were given' : 'classes are in the dataset';
  return new AppError(
    'MODEL_CLASSES_MISMATCH',
    `the model has ${outputCount} outputs, but ${list.length} ${whose}: ${list.join(', ')}`,
    { data: { outputCount, datasetClasses: datasetNames, modelClasses: modelNames ?? null } },
  );
}

function mismatch(datasetNames: readonly string[], modelNames: readonly string[]): AppError {
  return new AppError(
    'MODEL_CLASSES_MISMATCH',
    `the model's classes (${modelNames.join(', ')}) and the dataset's (${datasetNames.join(', ')}) differ on both sides`,
    { data: { datasetClasses: datasetNames, modelClasses: modelNames } },
  );
}
