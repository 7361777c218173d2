/** Lays the files of an import open to the readers of label files: by their paths below the folder that holds all of them. */
import { open, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { AppError } from '../../base/app-error.ts';
import { decodeHead, decodeText } from '../../formats/decode-text.ts';
import { isPictureName, type SourceFolder } from '../../formats/source-folder.ts';
import { withPathErrors } from './file-errors.ts';
import type { UnreadableEntry } from './walk-folder.ts';
import { type WalkRequest, walkPaths } from './walk-paths.ts';

export interface OpenedFolder extends SourceFolder {
  /** On this machine. */
  toAbsolute(path: string): string;
  readonly unreadable: readonly UnreadableEntry[];
}

const headBytes = 16_384;

/**
 * Of a label file that is given alone, the pictures around it belong to it.
 * @throws {AppError} IMPORT_PATH_UNREADABLE
 */
export async function openSourceFolder(request: WalkRequest): Promise<OpenedFolder> {
  const found = await walkPaths(request);
  const files = found.filter((entry) => 'name' in entry).map(({ path }) => path);
  const more = files.some(isPictureName) ? [] : await listAround(request, files);
  const all = [...new Set([...files, ...more])];
  const root = findRoot([...(await listGivenFolders(request.paths)), ...all.map((path) => dirname(path))]);
  const toAbsolute = (path: string) => join(root, ...path.split('/'));
  return {
    toAbsolute,
    unreadable: found.filter((entry) => 'error' in entry),
    paths: all.map((path) => relative(root, path).split(sep).join('/')),
    readText: (path, largestBytes) => readText(toAbsolute(path), largestBytes),
    readHead: (path) => readHead(toAbsolute(path)),
  };
}

/** The folder is the root, also where all that is found lies deeper: `train/_annotations.csv` names a split. */
async function listGivenFolders(paths: readonly string[]): Promise<string[]> {
  const kinds = await Promise.all(paths.map((path) => withPathErrors(path, () => stat(path))));
  return paths.filter((_, index) => kinds[index]?.isDirectory());
}

/** Pictures beside label files, and where these lie in a folder of annotations, beside that. YOLO's labels come along. */
async function listAround(request: WalkRequest, files: readonly string[]): Promise<string[]> {
  const folders = files.slice(0, 100).map((path) => dirname(path));
  const around = folders.flatMap((path) =>
    /^(annotations|labels)$/i.test(basename(path)) ? [path, dirname(path)] : [path],
  );
  const found = await walkPaths({ ...request, paths: [...new Set(around)] });
  const isYolo = files.some((path) => /\.ya?ml$/i.test(path));
  const isWanted = (path: string) => isPictureName(path) || (isYolo && /\.txt$/i.test(path));
  return found.flatMap((entry) => ('name' in entry && isWanted(entry.path) ? [entry.path] : []));
}

/** The deepest folder above all of them. */
function findRoot(folders: readonly string[]): string {
  const [first = sep, ...others] = folders;
  let root = first;
  for (const folder of others) while (!join(folder, sep).startsWith(join(root, sep))) root = dirname(root);
  return root;
}

async function readText(path: string, largestBytes: number): Promise<string> {
  const bytes = await withPathErrors(path, async () => {
    const { size } = await stat(path);
    if (size > largestBytes) throw tooLarge(path, size, largestBytes);
    return readFile(path);
  });
  return decodeText(path, bytes);
}

function tooLarge(path: string, sizeBytes: number, largestBytes: number): AppError {
  const toMegabytes = (bytes: number) => Math.round(bytes / 2 ** 20);
  return new AppError(
    'IMPORT_FORMAT_INVALID',
    `expected a label file of at most ${toMegabytes(largestBytes)} MB, got ${toMegabytes(sizeBytes)} MB in ${path}`,
    { data: { path, sizeBytes, largestBytes } },
  );
}

async function readHead(path: string): Promise<string> {
  return withPathErrors(path, async () => {
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0);
      return decodeHead(buffer.subarray(0, bytesRead));
    } finally {
      await file.close();
    }
  });
}
