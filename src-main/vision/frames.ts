/** A picture as a detector takes it: one letterboxed frame, or for a large one a frame per tile and one of the whole. */
import { type Affine, chain, translation } from './affine.ts';
import { clipBox, frameOf, type PixelBox, type Size, transformBox } from './box-geometry.ts';
import { drawLetterbox, fitLetterbox } from './letterbox.ts';
import { preparePicture } from './preprocess.ts';
import { readImageFacts } from './read-facts.ts';
import { readTiles } from './read-tiles.ts';
import { type Pixels, resample } from './resample.ts';
import { type Detection, mergeTiles, type SuppressionOptions, type TileDetection } from './suppression.ts';
import { defaultTileOverlap, isCutByTile, planTiles } from './tiling.ts';

export interface FrameOptions {
  /** Of the detector's input. */
  readonly frame: Size;
  readonly place: 'centre' | 'corner';
  /** Side in pixels of the picture; null: the picture is looked at whole. */
  readonly tile: number | null;
}

export interface Frame {
  /** `[height, width, 3]` RGB */
  readonly pixels: Uint8Array;
  /** Of the picture, upright. */
  readonly picture: Size;
  /** What the frame shows of it. */
  readonly region: PixelBox;
  readonly toPicture: Affine;
  /** Whether more frames of the picture follow. */
  readonly isLast: boolean;
}

/** @throws {AppError} IMAGE_UNREADABLE, IMAGE_TOO_LARGE */
export async function* readFrames(
  bytes: Uint8Array,
  options: FrameOptions,
): AsyncGenerator<Frame, void, void> {
  const { width, height } = await readImageFacts(bytes);
  const picture = { width, height };
  const tiles = options.tile === null ? [] : planTiles(picture, options.tile);
  yield { ...(await readWhole(bytes, picture, options)), isLast: tiles.length <= 1 };
  if (tiles.length <= 1) return;
  let left = tiles.length;
  for await (const { index, picture: pixels } of readTiles(bytes, picture, tiles)) {
    left--;
    yield { ...toFrame(pixels, tiles[index] as PixelBox, picture, options), isLast: left === 0 };
  }
}

type OneFrame = Omit<Frame, 'isLast'>;

async function readWhole(
  bytes: Uint8Array,
  picture: Size,
  { frame, place }: FrameOptions,
): Promise<OneFrame> {
  const letterbox = fitLetterbox(picture, frame, place);
  const pixels = new Uint8Array(frame.width * frame.height * 3);
  const content = await preparePicture(bytes, letterbox.content);
  drawLetterbox({ pixels: content, ...letterbox.content, channels: 3 }, letterbox, pixels);
  return { pixels, picture, region: frameOf(picture), toPicture: letterbox.toPicture };
}

function toFrame(tile: Pixels, region: PixelBox, picture: Size, { frame, place }: FrameOptions): OneFrame {
  const letterbox = fitLetterbox(tile, frame, place);
  const { width, height } = letterbox.content;
  const pixels = new Uint8Array(frame.width * frame.height * 3);
  drawLetterbox({ pixels: resample(tile, width, height), width, height, channels: 3 }, letterbox, pixels);
  const toPicture = chain(letterbox.toPicture, translation(region.left, region.top));
  return { pixels, picture, region, toPicture };
}

/** What was found in a frame, in pixels of its picture. */
export interface FrameFindings extends Pick<Frame, 'region' | 'picture'> {
  readonly detections: readonly Detection[];
}

/** @param found in pixels of the frame */
export function toPictureDetections(
  found: readonly Detection[],
  { toPicture, region, picture }: Omit<Frame, 'pixels'>,
): FrameFindings {
  return { region, picture, detections: found.map((box) => clipBox(transformBox(box, toPicture), region)) };
}

/**
 * What all frames of one picture found together. The whole picture is asked about large objects alone: those that a
 * tile shows whole, it shows better.
 * @param found of each frame, in their order
 */
export function joinFrames(found: readonly FrameFindings[], options: SuppressionOptions): Detection[] {
  const [whole, ...tiles] = found;
  if (!whole) return [];
  if (tiles.length === 0) return whole.detections.slice(0, options.maxDetections);
  const { left, right } = (tiles[0] as FrameFindings).region;
  const least = defaultTileOverlap * (right - left);
  const large = whole.detections.filter(
    (box) => Math.max(box.right - box.left, box.bottom - box.top) > least,
  );
  const all = [{ ...whole, detections: large }, ...tiles].flatMap(({ region, picture, detections }, tile) =>
    detections.map((box): TileDetection => {
      return { ...box, tile, isCut: isCutByTile(box, region, picture) };
    }),
  );
  return mergeTiles(all, options).map(({ isCut: _, tile: __, ...detection }) => detection);
}
