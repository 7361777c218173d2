/** What a version is drafted from: each labelled picture with its content, for its class or for its boxes. */
import { createHash } from 'node:crypto';
import type { DatasetVersion } from '../../../src-preload/contract/dataset.ts';
import type { ImageHash } from '../../../src-preload/contract/ids.ts';
import type { Store } from '../../store/store.ts';
import type { DatasetBox, LabelledPicture } from '../../store/tables/datasets.ts';
import type { DraftEntry, DraftPicture, DraftRequest } from './version-draft.ts';

export type Drafted = Pick<DraftRequest, 'task' | 'pictures' | 'classNames' | 'parentEntries'>;

type Tables = Pick<Store, 'datasets'>;

export function draftClasses(
  { datasets }: Tables,
  pictures: readonly LabelledPicture[],
  parent: DatasetVersion | undefined,
): Drafted {
  const entries = parent ? datasets.listEntries(parent.name, parent.version) : [];
  const drafted = pictures.map((picture) => {
    const content = picture.className ?? '';
    return { ...picture, content, stratum: content };
  });
  return {
    task: 'classification',
    pictures: drafted,
    classNames: [...new Set(drafted.map(({ content }) => content))],
    parentEntries: entries.map((entry) => ({ ...entry, content: entry.className ?? '' })),
  };
}

export function draftBoxes(
  { datasets }: Tables,
  pictures: readonly LabelledPicture[],
  parent: DatasetVersion | undefined,
): Drafted {
  const boxes = datasets.listLabelledBoxes();
  const chosen = new Map(pictures.map(({ imageHash }) => [imageHash, boxes.get(imageHash) ?? []]));
  const counts = countBoxes([...chosen.values()].flat());
  return {
    task: 'detection',
    pictures: pictures.map((picture) => toDraftPicture(picture, chosen.get(picture.imageHash) ?? [], counts)),
    classNames: [...counts.keys()],
    parentEntries: parent ? listParentEntries({ datasets }, pictures, parent) : [],
  };
}

function toDraftPicture(
  { imageHash, revisionId, originSplit }: LabelledPicture,
  boxes: readonly DatasetBox[],
  counts: ReadonlyMap<string, number>,
): DraftPicture {
  const stratum = findRarest(boxes, counts);
  return { imageHash, revisionId, originSplit, classId: null, stratum, content: digestBoxes(boxes) };
}

/** Pictures of rare classes are shared out among their like, so that each split gets some. */
function findRarest(boxes: readonly DatasetBox[], counts: ReadonlyMap<string, number>): string {
  const names = [...new Set(boxes.map(({ className }) => className))].sort();
  return names.reduce((rarest, name) => {
    const isRarer = rarest === '' || (counts.get(name) ?? 0) < (counts.get(rarest) ?? 0);
    return isRarer ? name : rarest;
  }, '');
}

function countBoxes(boxes: readonly DatasetBox[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { className } of boxes) counts.set(className, (counts.get(className) ?? 0) + 1);
  return counts;
}

/** Where the revision is the one of now, so is the content: the boxes of then are read only where one is another. */
function listParentEntries(
  { datasets }: Tables,
  pictures: readonly LabelledPicture[],
  { name, version }: DatasetVersion,
): DraftEntry[] {
  const now = new Map(pictures.map(({ imageHash, revisionId }) => [imageHash, revisionId]));
  const entries = datasets.listEntries(name, version);
  const isAsNow = entries.every(({ imageHash, revisionId }) => now.get(imageHash) === revisionId);
  const then = isAsNow ? datasets.listLabelledBoxes() : readBoxesThen({ datasets }, name, version);
  return entries.map(({ imageHash, split }) => ({
    imageHash,
    split,
    content: digestBoxes(then.get(imageHash) ?? []),
  }));
}

function readBoxesThen(
  { datasets }: Tables,
  name: string,
  version: number,
): Map<ImageHash, readonly DatasetBox[]> {
  const entries = datasets.listDetectionEntries(name, version);
  return new Map(entries.map(({ imageHash, boxes }) => [imageHash, boxes]));
}

/** sha-256 over the boxes' classes, places and attributes, whatever their ids and their order. */
function digestBoxes(boxes: readonly DatasetBox[]): string {
  const lines = boxes.map(({ className, x, y, width, height, attributes }) =>
    JSON.stringify([className, x, y, width, height, attributes]),
  );
  return createHash('sha256').update(lines.sort().join('\n')).digest('hex');
}
