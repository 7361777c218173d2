/** How a model version is named to the station and in links. */
import type { ModelVersion } from '../../../src-preload/contract/index.ts';

type VersionName = Pick<ModelVersion, 'name' | 'version'>;

/** `NAME/VERSION`, as the station reads it. */
export function modelReference({ name, version }: VersionName): string {
  return `${name}/${version}`;
}

export function modelHref({ name, version }: VersionName): string {
  return `/models/${encodeURIComponent(name)}/${version}`;
}

/** The test split that a version was measured on, undefined for models without a dataset. */
export function testSplitOf(version: ModelVersion): string | undefined {
  return version.dataset === null ? undefined : `${version.dataset.name}@${version.dataset.version}/test`;
}
