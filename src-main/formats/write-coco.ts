/** Writes COCO JSON: `annotations/instances_<split>.json` beside `images/<split>/`. */
import { splits } from '../../src-preload/contract/ids.ts';
import type { ExportBox, ExportPicture, ExportSet, FormatWriter } from './picture-record.ts';

export const cocoWriter: FormatWriter = {
  toPicturePath: ({ split, fileName }) => `images/${split}/${fileName}`,
  *listFiles(set) {
    for (const split of splits) {
      const pictures = set.pictures.filter((picture) => picture.split === split);
      if (pictures.length > 0)
        yield { path: `annotations/instances_${split}.json`, chunks: writeSplit(set, pictures) };
    }
  },
};

/** Ids count from 1: pycocotools takes an annotation with the id 0 for none. */
function* writeSplit({ name, classNames }: ExportSet, pictures: readonly ExportPicture[]): Iterable<string> {
  const categories = classNames.map((className, index) => ({
    id: index + 1,
    name: className,
    supercategory: '',
  }));
  const numbers = new Map(categories.map((category) => [category.name, category.id]));
  yield `{"info":${JSON.stringify({ description: name })},"licenses":[],\n"categories":${JSON.stringify(categories)},\n"images":[`;
  for (const [index, picture] of pictures.entries()) {
    const { fileName, width, height } = picture;
    yield `${index === 0 ? '' : ','}\n${JSON.stringify({ id: index + 1, file_name: fileName, width, height })}`;
  }
  yield '],\n"annotations":[';
  let id = 0;
  for (const [index, { boxes }] of pictures.entries()) {
    for (const box of boxes) {
      id++;
      const annotation = toAnnotation(box, id, index + 1, numbers.get(box.className) ?? 0);
      yield `${id === 1 ? '' : ','}\n${JSON.stringify(annotation)}`;
    }
  }
  yield ']}\n';
}

/** `score` and `attributes` are what datumaro and CVAT add to the format. */
function toAnnotation(box: ExportBox, id: number, imageId: number, categoryId: number) {
  const { x, y, width, height, score } = box;
  const { iscrowd, ...attributes } = box.attributes;
  return {
    id,
    image_id: imageId,
    category_id: categoryId,
    bbox: [x, y, width, height],
    area: width * height,
    iscrowd: iscrowd === true || iscrowd === 1 ? 1 : 0,
    segmentation: [],
    ...(score !== null && { score }),
    ...(Object.keys(attributes).length > 0 && { attributes }),
  };
}
