/** The files that an import was given, as formats look at them: by their paths below one root. */
import { AppError } from '../base/app-error.ts';

export interface SourceFolder {
  /** Within the root, with `/`, in natural order. */
  readonly paths: readonly string[];
  /**
   * UTF-8 or what the file says otherwise, without a byte order mark.
   * @throws {AppError} IMPORT_PATH_UNREADABLE; IMPORT_FORMAT_INVALID for what is larger than the limit, or no such text
   */
  readText(path: string, largestBytes: number): Promise<string>;
  /** The first few thousand bytes as text, whatever they are. @throws {AppError} IMPORT_PATH_UNREADABLE */
  readHead(path: string): Promise<string>;
}

export interface PictureIndex {
  /** All files whose names say that they are pictures. */
  readonly paths: readonly string[];
  /**
   * The picture that a file names in its way: by a path from the root, from one of the folders, or by its last parts.
   * @param folders looked in first, in this order; '' is the root
   * @throws {AppError} IMAGE_MISSING for none, and for several that it could be
   */
  find(name: string, folders?: readonly string[]): string;
  /** The picture of that path without its ending, `images/a` of `images/a.jpg`. */
  findByStem(stem: string): string | undefined;
}

const pictureEnding = /\.(jpe?g|png|webp|gif|tiff?|avif|bmp)$/i;

export function isPictureName(path: string): boolean {
  return pictureEnding.test(path);
}

export function withoutEnding(path: string): string {
  return path.replace(/\.[^./]*$/, '');
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** '' for a file right in the root. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** Resolves `.` and `..`; a `..` above the root is left out. */
export function joinPath(...parts: readonly string[]): string {
  const segments: string[] = [];
  for (const segment of parts.join('/').split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  return segments.join('/');
}

export function indexPictures({ paths: all }: Pick<SourceFolder, 'paths'>): PictureIndex {
  const paths = all.filter(isPictureName);
  const known = new Set(paths);
  const byStem = new Map(paths.map((path) => [withoutEnding(path), path]));
  const byName = Map.groupBy(paths, (path) => nameOf(path).toLowerCase());
  const byBareName = Map.groupBy(paths, (path) => withoutEnding(nameOf(path)).toLowerCase());
  return {
    paths,
    findByStem: (stem) => byStem.get(stem),
    find(name, folders = ['']) {
      const wanted = joinPath(name.replaceAll('\\', '/'));
      const places = [...folders, ''].map((folder) => joinPath(folder, wanted));
      const exact = places.find((path) => known.has(path));
      if (exact !== undefined) return exact;
      const last = nameOf(wanted).toLowerCase();
      const alike = byName.get(last) ?? (isPictureName(last) ? undefined : byBareName.get(last)) ?? [];
      return chooseNearest(name, wanted, alike);
    },
  };
}

/** The one that shares the most last parts with the name. */
function chooseNearest(name: string, wanted: string, candidates: readonly string[]): string {
  const scores = candidates.map((path) => countSharedParts(path, wanted));
  const best = scores.reduce((most, score) => Math.max(most, score), 0);
  const nearest = candidates.filter((_, index) => scores[index] === best);
  const [only] = nearest;
  if (only !== undefined && nearest.length === 1) return only;
  const found = only === undefined ? 'there is none' : `found ${nearest.slice(0, 5).join(' and ')}`;
  throw new AppError('IMAGE_MISSING', `expected a picture ${JSON.stringify(name.slice(0, 300))}: ${found}`);
}

function countSharedParts(path: string, wanted: string): number {
  const parts = path.toLowerCase().split('/').reverse();
  const others = wanted.toLowerCase().split('/').reverse();
  const differing = parts.findIndex((part, index) => part !== others[index]);
  return differing === -1 ? parts.length : differing;
}
