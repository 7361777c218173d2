/** What a classifier's ONNX file says about itself in its metadata_props. */

export interface ClassifierDescription {
  readonly classNames: readonly string[];
  readonly imageSize: number;
  readonly architecture: string;
}

const keys = {
  classNames: 'fieldstation.class_names',
  imageSize: 'fieldstation.image_size',
  architecture: 'fieldstation.architecture',
} as const;

export function describeClassifier(description: ClassifierDescription): Record<string, string> {
  return {
    [keys.classNames]: JSON.stringify(description.classNames),
    [keys.imageSize]: String(description.imageSize),
    [keys.architecture]: description.architecture,
  };
}

/** The class names of a file, if its metadata has them as a JSON list of strings. */
export function findClassNames(metadata: ReadonlyMap<string, string>): readonly string[] | undefined {
  const text = metadata.get(keys.classNames);
  if (text === undefined) return undefined;
  try {
    const names: unknown = JSON.parse(text);
    return Array.isArray(names) && names.every((name) => typeof name === 'string') ? names : undefined;
  } catch {
    return undefined;
  }
}

/** The metadata of a file of ours with other names of its classes. */
export function renameClasses(
  metadata: ReadonlyMap<string, string>,
  classNames: readonly string[],
): ReadonlyMap<string, string> {
  return new Map([...metadata, [keys.classNames, JSON.stringify(classNames)]]);
}

/** The architecture that a file of ours names. */
export function findArchitecture(metadata: ReadonlyMap<string, string>): string | undefined {
  return metadata.get(keys.architecture);
}
