/** Numbers of pictures, as COCO's files want them: equal scores are ranked in their order, here as by any other scorer. */

interface NamedPicture {
  readonly fileName: string;
  readonly imageHash: string;
}

/**
 * The number that the file name is, where all are different numbers as in COCO's own sets; else 1, 2 … in the order of the
 * names.
 * @returns by hash
 */
export function numberPictures(pictures: readonly NamedPicture[]): ReadonlyMap<string, number> {
  const numbers = pictures.map(({ fileName }) => toNumber(fileName));
  const areNumbers =
    numbers.every((number) => number !== undefined) && new Set(numbers).size === numbers.length;
  if (areNumbers) return new Map(pictures.map(({ imageHash }, index) => [imageHash, numbers[index] ?? 0]));
  return new Map(pictures.toSorted(compareNames).map(({ imageHash }, index) => [imageHash, index + 1]));
}

export function sortByNumber<T extends NamedPicture>(pictures: readonly T[]): T[] {
  const numbers = numberPictures(pictures);
  const numberOf = ({ imageHash }: T) => numbers.get(imageHash) ?? 0;
  return pictures.toSorted((a, b) => numberOf(a) - numberOf(b));
}

/** Of `000139.jpg` 139. */
function toNumber(fileName: string): number | undefined {
  const stem = fileName.replace(/\.[^.]*$/, '');
  const number = Number(stem);
  return /^\d{1,15}$/.test(stem) && number > 0 ? number : undefined;
}

function compareNames(a: NamedPicture, b: NamedPicture): number {
  if (a.fileName !== b.fileName) return a.fileName < b.fileName ? -1 : 1;
  return a.imageHash < b.imageHash ? -1 : 1;
}
