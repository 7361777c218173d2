/** Writes Label Studio JSON, and the labelling configuration that its tasks refer to. */
import type { ExportBox, ExportPicture, ExportSet, FormatWriter } from './picture-record.ts';
import { escapeXml } from './xml-text.ts';

/** The pictures stand beside as `images/…`: to be served to Label Studio as local files, or imported with it. */
export const labelStudioWriter: FormatWriter = {
  toPicturePath: ({ fileName }) => `images/${fileName}`,
  *listFiles(set) {
    yield { path: 'label_config.xml', chunks: [writeConfiguration(set)] };
    yield { path: 'tasks.json', chunks: writeTasks(set.pictures) };
  },
};

function writeConfiguration({ classNames, pictures }: ExportSet): string {
  const write = (tag: string) => classNames.map((name) => `    <${tag} value="${escapeXml(name)}"/>`);
  const hasBoxes = pictures.some(({ boxes }) => boxes.length > 0);
  const hasTags = pictures.some(({ tag }) => tag !== null);
  return [
    '<View>',
    '  <Image name="image" value="$image"/>',
    ...(hasBoxes || !hasTags
      ? ['  <RectangleLabels name="label" toName="image">', ...write('Label'), '  </RectangleLabels>']
      : []),
    ...(hasTags ? ['  <Choices name="class" toName="image">', ...write('Choice'), '  </Choices>'] : []),
    '</View>',
    '',
  ].join('\n');
}

function* writeTasks(pictures: readonly ExportPicture[]): Iterable<string> {
  yield '[';
  for (const [index, picture] of pictures.entries())
    yield `${index === 0 ? '' : ','}\n${JSON.stringify(toTask(picture, index + 1))}`;
  yield '\n]\n';
}

function toTask(picture: ExportPicture, id: number) {
  const { split, fileName, boxes, tag, state, model } = picture;
  const regions = boxes.map((box, index) => toRegion(box, picture, `box-${id}-${index + 1}`));
  const choices = tag === null ? [] : [toChoice(tag, picture, `class-${id}`)];
  const result = [...choices, ...regions];
  return {
    id,
    data: { image: `images/${fileName}`, split },
    annotations: state === undefined ? [{ id, was_cancelled: false, ground_truth: false, result }] : [],
    predictions: state === 'predicted' ? [{ id, model_version: model ?? 'unknown', result }] : [],
  };
}

function toRegion(box: ExportBox, picture: ExportPicture, id: string) {
  const percent = (pixels: number, whole: number) => (100 * pixels) / whole;
  return {
    id,
    type: 'rectanglelabels',
    from_name: 'label',
    ...aboutPicture(picture),
    value: {
      x: percent(box.x, picture.width),
      y: percent(box.y, picture.height),
      width: percent(box.width, picture.width),
      height: percent(box.height, picture.height),
      rotation: 0,
      rectanglelabels: [box.className],
    },
    ...(box.score !== null && { score: box.score }),
    ...(Object.keys(box.attributes).length > 0 && { meta: { attributes: box.attributes } }),
  };
}

function toChoice(tag: string, picture: ExportPicture, id: string) {
  return { id, type: 'choices', from_name: 'class', ...aboutPicture(picture), value: { choices: [tag] } };
}

function aboutPicture({ width, height }: ExportPicture) {
  return { to_name: 'image', original_width: width, original_height: height, image_rotation: 0 };
}
