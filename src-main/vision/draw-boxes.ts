/** Draws labelled boxes on a picture, for people to look at. */
import type { PixelBox } from './box-geometry.ts';
import { openPictureAsRgb, withPictureErrors } from './open-picture.ts';
import { readImageFacts } from './read-facts.ts';

export interface LabelledBox extends PixelBox {
  readonly className: string;
  /** 0 to 1. */
  readonly score: number;
}

/** Larger pictures are drawn smaller: the drawing takes four bytes a pixel. */
const longestSide = 4096;

/** @param boxes in pixels of the upright picture @returns a JPEG file @throws {AppError} IMAGE_UNREADABLE, IMAGE_TOO_LARGE */
export async function drawBoxes(bytes: Uint8Array, boxes: readonly LabelledBox[]): Promise<Buffer> {
  const facts = await readImageFacts(bytes);
  const scale = Math.min(1, longestSide / Math.max(facts.width, facts.height));
  const width = Math.max(1, Math.round(facts.width * scale));
  const height = Math.max(1, Math.round(facts.height * scale));
  const drawing = Buffer.from(toSvg(boxes, { width, height, scale }));
  return withPictureErrors(bytes, async () => {
    const picture = await openPictureAsRgb(bytes).resize(width, height, { fit: 'fill' }).png().toBuffer();
    return openPictureAsRgb(picture)
      .composite([{ input: drawing, top: 0, left: 0 }])
      .jpeg({ quality: 92, chromaSubsampling: '4:4:4' })
      .toBuffer();
  });
}

interface Canvas {
  readonly width: number;
  readonly height: number;
  readonly scale: number;
}

function toSvg(boxes: readonly LabelledBox[], canvas: Canvas): string {
  const { width, height } = canvas;
  // The surest come last and lie on top.
  const drawn = boxes.toReversed().map((box) => drawBox(box, colorOf(box.className), canvas));
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${drawn.join('')}</svg>`;
}

/** Of a name always the same, on every picture. */
function colorOf(className: string): string {
  const hash = [...className].reduce((sum, letter) => (31 * sum + (letter.codePointAt(0) ?? 0)) % 9973, 7);
  return `hsl(${Math.round((hash * 137.508) % 360)} 85% 40%)`;
}

function drawBox(box: LabelledBox, color: string, { width, height, scale }: Canvas): string {
  const stroke = Math.max(1.5, Math.min(width, height) / 320);
  const font = Math.max(10, Math.min(width, height) / 40);
  const [left, top] = [box.left * scale, box.top * scale];
  const [boxWidth, boxHeight] = [(box.right - box.left) * scale, (box.bottom - box.top) * scale];
  const text = `${box.className} ${box.score.toFixed(2)}`;
  const plateWidth = 0.62 * font * text.length + 0.4 * font;
  const plateHeight = 1.25 * font;
  const plateLeft = Math.max(0, Math.min(left, width - plateWidth));
  const plateTop = top >= plateHeight ? top - plateHeight : Math.min(top, height - plateHeight);
  return [
    `<rect x="${left}" y="${top}" width="${boxWidth}" height="${boxHeight}" fill="none" stroke="${color}" stroke-width="${stroke}"/>`,
    `<rect x="${plateLeft}" y="${plateTop}" width="${plateWidth}" height="${plateHeight}" fill="${color}" fill-opacity="0.85"/>`,
    `<text x="${plateLeft + 0.2 * font}" y="${plateTop + 0.95 * font}" font-family="sans-serif" font-size="${font}" fill="white">${escapeXml(text)}</text>`,
  ].join('');
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
