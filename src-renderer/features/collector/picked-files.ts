/** Files as they come from a drop or a file dialog, folders walked through, each with its relative path. */

export interface PickedFile {
  readonly file: File;
  /** Relative to what was picked, with `/`: `leaf/healthy/1.jpg`. */
  readonly path: string;
}

/** Pictures to import: paths where the page may name them (Electron), the files themselves elsewhere. */
export type Picked =
  | { readonly kind: 'files'; readonly files: readonly PickedFile[] }
  | { readonly kind: 'paths'; readonly paths: readonly string[] };

/** Reads a drop. Call it within the drop event: a browser forgets the items after it. */
export async function readDrop(transfer: DataTransfer): Promise<Picked> {
  const paths = pathsOf([...transfer.files]);
  if (paths !== undefined) return { kind: 'paths', paths };
  const entries = [...transfer.items]
    .map((item) => item.webkitGetAsEntry())
    .filter((entry) => entry !== null);
  const lists = await Promise.all(entries.map((entry) => readEntry(entry, '')));
  return { kind: 'files', files: lists.flat() };
}

/** Reads what an `<input type="file">` holds. */
export function readInput(files: FileList): Picked {
  const list = [...files];
  return {
    kind: 'files',
    files: list.map((file) => ({
      file,
      path: file.webkitRelativePath === '' ? file.name : file.webkitRelativePath,
    })),
  };
}

function pathsOf(files: readonly File[]): string[] | undefined {
  const bridge = window.fieldstation;
  if (bridge === undefined || files.length === 0) return undefined;
  const paths = files.map((file) => bridge.pathForFile(file));
  return paths.every((path) => path !== '') ? paths : undefined;
}

async function readEntry(entry: FileSystemEntry, folder: string): Promise<PickedFile[]> {
  const path = `${folder}${entry.name}`;
  if (isFile(entry)) return [{ path, file: await fileOf(entry) }];
  if (!isDirectory(entry)) return [];
  const children = await childrenOf(entry);
  const lists: PickedFile[][] = [];
  for (const child of children) lists.push(await readEntry(child, `${path}/`));
  return lists.flat();
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

function isDirectory(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

/** A browser hands out at most 100 children per call: ask until it has no more. */
async function childrenOf(directory: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = directory.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (batch.length === 0) return all;
    all.push(...batch);
  }
}
