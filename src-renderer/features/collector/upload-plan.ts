/** What a heap of chosen files would become: which paths they are stored under, and which classes their folders name. */
import type { ImportFormat } from '../../../src-preload/contract/index.ts';

export interface ClassFolder {
  readonly name: string;
  readonly count: number;
}

export interface UploadPlan {
  /** Path to upload each file under, by its place in the input; null for what is left out (`.DS_Store` and such). */
  readonly paths: ReadonlyArray<string | null>;
  /** Folders that would become classes, in name order; empty for idx files and loose pictures. */
  readonly classes: readonly ClassFolder[];
  /** Files in no class folder. */
  readonly loose: number;
  /** Whether label files of another tool seem to be among them. */
  readonly hasLabelFiles: boolean;
  /** What the import does unless the person decides otherwise; `auto` where label files are to be recognized. */
  readonly format: ImportFormat;
}

const splitNames = new Set(['train', 'val', 'valid', 'validation', 'test']);
const clutter = /^(\.|thumbs\.db$|desktop\.ini$|__macosx$)/i;
const labelName = /\.(xml|json|csv|tsv|ya?ml|names|txt)$/i;
/** Notes that come with pictures. */
const noteName = /(^|\/)(readme|licen[cs]e|about|notes?)[^/]*$/i;
const idxName = /idx[123][.-]ubyte(\.gz)?$/i;

/** Plans the upload of files at these relative paths (with `/`), as a browser reports them. */
export function planUpload(relativePaths: readonly string[]): UploadPlan {
  const kept = relativePaths.map((path) => (isClutter(path) ? null : path.split('/')));
  const depth = commonDepth(kept.filter((parts) => parts !== null));
  const paths = kept.map((parts) => (parts === null ? null : parts.slice(depth).join('/')));
  const used = paths.filter((path) => path !== null);
  if (used.length > 0 && used.every((path) => idxName.test(path))) {
    return { paths, classes: [], loose: 0, hasLabelFiles: false, format: 'idx' };
  }
  const classes = countClasses(used);
  const inClasses = classes.reduce((sum, folder) => sum + folder.count, 0);
  const hasLabelFiles = used.some((path) => labelName.test(path) && !noteName.test(path));
  const format = hasLabelFiles ? 'auto' : classes.length > 1 ? 'folder' : 'files';
  return { paths, classes, loose: used.length - inClasses, hasLabelFiles, format };
}

function isClutter(path: string): boolean {
  return path.split('/').some((part) => clutter.test(part));
}

/** How many leading folders all files share that can be neither a class nor a split. */
function commonDepth(files: ReadonlyArray<readonly string[]>): number {
  const first = files[0];
  if (first === undefined) return 0;
  let depth = 0;
  for (;;) {
    const name = first[depth];
    if (name === undefined || splitNames.has(name.toLowerCase())) return depth;
    const isShared = files.every((parts) => parts[depth] === name && parts.length - depth >= 3);
    if (!isShared) return depth;
    depth += 1;
  }
}

function countClasses(paths: readonly string[]): ClassFolder[] {
  const counts = new Map<string, number>();
  for (const path of paths) {
    const name = classOf(path.split('/'));
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const folders = [...counts].map(([name, count]) => ({ name, count }));
  return folders.sort((a, b) => a.name.localeCompare(b.name));
}

/** The innermost folder, as the station reads it: `train/healthy/1.jpg` is healthy, `1.jpg` and `train/1.jpg` have no class. */
function classOf(parts: readonly string[]): string | undefined {
  const folder = parts.at(-2);
  return folder === undefined || splitNames.has(folder.toLowerCase()) ? undefined : folder;
}
