/** Where a dataset version is shown, and how it is named. */
interface VersionName {
  readonly name: string;
  readonly version: number;
}

export function datasetHref({ name, version }: VersionName): string {
  return `/datasets/${encodeURIComponent(name)}/${version}`;
}

/** `NAME@2`, as the station reads it. */
export function datasetReference({ name, version }: VersionName): string {
  return `${name}@${version}`;
}
