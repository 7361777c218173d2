/** Why a switch or a prediction can not be, in words that say what to do instead. */
import type { ModelVersion } from '../../../src-preload/contract/registry.ts';
import { AppError } from '../../base/app-error.ts';

export function alreadyChampion(version: ModelVersion): AppError {
  return new AppError('INPUT_INVALID', `${nameOf(version)} is the champion already`);
}

export function nothingDeployed(name: string): AppError {
  return new AppError('DEPLOYMENT_EMPTY', `no version of ${name} is in service: nothing to roll back`);
}

export function noWayBack(champion: ModelVersion): AppError {
  return new AppError(
    'ROLLBACK_UNAVAILABLE',
    `${nameOf(champion)} has no champion before it: name a version to go to`,
    { data: { model: champion.name, version: champion.version } },
  );
}

export function isWithoutTest(error: unknown): error is AppError {
  return error instanceof AppError && error.code === 'DATASET_SPLIT_EMPTY';
}

export function notComparable(version: ModelVersion, reason: string): AppError {
  return new AppError(
    'PROMOTION_REFUSED',
    `${nameOf(version)} can not be compared with the champion: ${reason}; --force (“promote anyway”) promotes it unseen`,
  );
}

/** @param names of all models in service */
export function ambiguousModel(names: readonly string[]): AppError {
  return new AppError('INPUT_INVALID', `several models are in service, name one of ${names.join(', ')}`, {
    data: { models: names },
  });
}

export function nothingInService(): AppError {
  return new AppError(
    'DEPLOYMENT_EMPTY',
    'no model is in service yet: train one, and its first version serves',
  );
}

function nameOf({ name, version }: ModelVersion): string {
  return `${name}/${version}`;
}
