/** What is wrong in label files is set aside with its place and reason; what is hostile does no harm; the rest comes in. */
import { expect, test } from 'vitest';
import { decodeHead, decodeText } from '../../../src-main/formats/decode-text.ts';
import { findJsonFault } from '../../../src-main/formats/find-json-fault.ts';
import type { AnnotationFormat } from '../../../src-preload/contract/format.ts';
import { readFiles, summarize } from './memory-folder.ts';

const size = { width: 100, height: 50 };

/** Boxes that came in, by picture, and faults as "path place code: reason". */
async function read(format: AnnotationFormat, files: Record<string, string>) {
  const reading = await readFiles(format, files);
  const names = reading.records.map(({ picturePath }) => picturePath.slice(picturePath.lastIndexOf('/') + 1));
  const found = summarize(reading, new Map(names.map((name) => [name, size])));
  const boxes = Object.fromEntries(
    [...found].map(([name, picture]) => [
      name,
      picture.boxes.map(({ className, x, y, width, height }) =>
        [className, ...[x, y, width, height].map((value) => Number(value.toFixed(6)))].join(' '),
      ),
    ]),
  );
  const placed = [...found.values()].flatMap((picture) =>
    picture.faults.map((fault) => `${fault.place} ${fault.code}`),
  );
  const told = reading.faults.map(
    ({ path, place, code }) => `${path}${place === null ? '' : ` ${place}`} ${code}`,
  );
  return {
    boxes,
    faults: [...told, ...placed],
    reasons: reading.faults.map(({ reason }) => reason),
    reading,
  };
}

const voc = (objects: string, head = '') =>
  `<annotation>${head}<filename>a.jpg</filename><size><width>100</width><height>50</height></size>\n${objects}</annotation>`;
const object = (name: string, ...[xmin, ymin, xmax, ymax]: readonly unknown[]) =>
  `<object><name>${name}</name><bndbox><xmin>${xmin}</xmin><ymin>${ymin}</ymin><xmax>${xmax}</xmax><ymax>${ymax}</ymax></bndbox></object>\n`;

test('VOC: boxes without an area, outside, of no numbers or of no class are set aside by their lines', async () => {
  const objects = [
    object('leaf', 1, 2, 11, 12),
    object('leaf', 5, 5, 5, 9),
    object('leaf', 20, 5, 10, 9),
    object('leaf', 100, 5, 120, 9),
    object('leaf', 'NaN', 5, 20, 9),
    '<object><name>leaf</name></object>\n',
    object('leaf', 90, -10, 120, 60),
  ];
  const { boxes, faults } = await read('voc', {
    'JPEGImages/a.jpg': '',
    'Annotations/a.xml': voc(objects.join('')),
  });
  expect(boxes).toEqual({ 'a.jpg': ['leaf 1 2 10 10', 'leaf 90 0 10 50'] });
  expect(faults).toEqual([3, 4, 5, 6, 7].map((line) => `line ${line} BOX_INVALID`));
});

test('VOC: broken files and missing pictures are told, lists with a picture twice too', async () => {
  const { boxes, faults, reasons, reading } = await read('voc', {
    'JPEGImages/a.jpg': '',
    'JPEGImages/b.jpg': '',
    'Annotations/a.xml': voc(''),
    'Annotations/b.xml': '<annotation>\n<object>\n</annotation>',
    'Annotations/gone.xml': voc('').replace('a.jpg', 'gone.jpg'),
    'Annotations/other.xml': '<html/>',
    'ImageSets/Main/train.txt': 'a 1\nb -1\n',
    'ImageSets/Main/test.txt': 'a\n',
  });
  expect(boxes).toEqual({ 'a.jpg': [] });
  expect(reading.records[0]).toMatchObject({ split: 'train', state: 'labelled' });
  expect(faults).toEqual([
    'ImageSets/Main/test.txt line 1 IMPORT_FORMAT_INVALID',
    'Annotations/b.xml IMPORT_FORMAT_INVALID',
    'Annotations/gone.xml IMAGE_MISSING',
    'Annotations/other.xml IMPORT_FORMAT_INVALID',
  ]);
  expect(reasons[1]).toContain('line 3, column 1');
});

const bomb = `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>`;

test.each([
  ['entities that grow', `${bomb}${voc(object('&b;', 1, 2, 3, 4))}`],
  [
    'entities from elsewhere',
    `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>${voc('<object><name>&x;</name></object>')}`,
  ],
  ['elements without end', `${'<a>'.repeat(100_000)}${'</a>'.repeat(100_000)}`],
  ['a name of JavaScript’s own', voc('<__proto__>x</__proto__>')],
  ['nothing', ''],
  ['bytes', '\u0000\u0001\u0002'],
])('XML with %s is refused and costs the others nothing', async (_name, text) => {
  const { boxes, faults } = await read('voc', {
    'a.jpg': '',
    'b.jpg': '',
    'a.xml': text,
    'b.xml': voc(object('leaf', 1, 2, 3, 4)).replace('a.jpg', 'b.jpg'),
  });
  expect(boxes).toEqual({ 'b.jpg': ['leaf 1 2 2 2'] });
  expect(faults).toEqual(['a.xml IMPORT_FORMAT_INVALID']);
});

test('COCO: unknown ids, missing pictures and crowds; a polygon gives its bounds; Roboflow’s upper category is left out', async () => {
  const document = {
    images: [
      { id: 1, file_name: 'a.jpg', width: 100, height: 50 },
      { id: 2, file_name: 'gone.jpg' },
      { id: 3, file_name: 'b.jpg' },
    ],
    annotations: [
      { id: 1, image_id: 1, category_id: 1, bbox: [1, 2, 3, 4], iscrowd: 1 },
      { id: 2, image_id: 1, category_id: 9, bbox: [1, 2, 3, 4] },
      { id: 3, image_id: 9, category_id: 1, bbox: [1, 2, 3, 4] },
      { id: 4, image_id: 1, category_id: 1, segmentation: [[5, 5, 15, 5, 10, 25]] },
      { id: 5, image_id: 1, category_id: 1, bbox: [1, 2, 3] },
      { id: 6, image_id: 1, category_id: 1, bbox: ['1', 2, 3, null] },
    ],
    categories: [
      { id: 0, name: 'plants', supercategory: 'none' },
      { id: 1, name: 'leaf', supercategory: 'plants' },
    ],
  };
  const { boxes, faults, reading } = await read('coco', {
    'valid/_annotations.coco.json': JSON.stringify(document),
    'valid/a.jpg': '',
    'valid/b.jpg': '',
  });
  expect(boxes).toEqual({ 'a.jpg': ['leaf 1 2 3 4', 'leaf 5 5 10 20'], 'b.jpg': [] });
  expect(reading.classNames).toEqual(['leaf']);
  expect(reading.records.map(({ split }) => split)).toEqual(['val', 'val']);
  expect(faults).toEqual([
    'valid/_annotations.coco.json annotation 2 CLASS_UNKNOWN',
    'valid/_annotations.coco.json annotation 3 IMAGE_MISSING',
    'valid/_annotations.coco.json image 2 IMAGE_MISSING',
    'annotation 5 BOX_INVALID',
    'annotation 6 BOX_INVALID',
  ]);
});

test.each([
  ['broken JSON', '{"images": [\n1,]}', 'line 2, column 3: expected JSON'],
  ['a list', '[1, 2]', 'found object'],
  ['JSON about other things', '{"__proto__": {"images": []}}', 'images, annotations and categories'],
])('COCO: %s is refused with what was found', async (_name, text, reason) => {
  const { faults, reasons } = await read('coco', { 'a.json': text, 'a.jpg': '' });
  expect(faults).toEqual(['a.json IMPORT_FORMAT_INVALID']);
  expect(reasons[0]).toContain(reason);
});

const yaml = 'path: ../elsewhere\ntrain: ../train/images\nval: ../valid/images\nnames: [leaf, spot]\n';

test('YOLO: Roboflow’s folders, polygons, an empty file as background, no file as unlabelled, and each wrong line', async () => {
  const { boxes, faults, reading } = await read('yolo', {
    'data.yaml': yaml,
    'README.roboflow.txt': 'about',
    'train/images/a.jpg': '',
    'train/labels/a.txt':
      '0 0.5 0.5 0.2 0.4\r\n1 0.1 0.2 0.3 0.2 0.2 0.6\n\n2 0.5 0.5 0.1 0.1\nleaf 0.5 0.5 0.1 0.1\n0 0.5 0.5\n0 nan 0.5 0.1 0.1\n0 0.5 0.5 0 0.1\n0 2 2 0.1 0.1\n1 0.5 0.5 0.1 0.1 0.9',
    'train/images/b.jpg': '',
    'train/labels/b.txt': '',
    'valid/images/c.jpg': '',
    'valid/labels/gone.txt': '0 0.5 0.5 0.2 0.4',
  });
  expect(boxes).toEqual({
    'a.jpg': ['leaf 40 15 20 20', 'spot 10 10 20 20', 'spot 45 22.5 10 5'],
    'b.jpg': [],
    'c.jpg': [],
  });
  const states = reading.records.map(({ picturePath, state, split }) => `${picturePath} ${state} ${split}`);
  expect(states).toEqual([
    'train/images/a.jpg labelled train',
    'train/images/b.jpg labelled train',
    'valid/images/c.jpg none val',
  ]);
  expect(faults).toEqual([
    'train/labels/a.txt line 4 CLASS_UNKNOWN',
    'train/labels/a.txt line 5 CLASS_UNKNOWN',
    'train/labels/a.txt line 6 IMPORT_FORMAT_INVALID',
    'valid/labels/gone.txt IMAGE_MISSING',
    'line 7 BOX_INVALID',
    'line 8 BOX_INVALID',
    'line 9 BOX_INVALID',
  ]);
});

test('YOLO: folders and endings in capitals, as old cameras and some file systems write them', async () => {
  const { boxes, faults, reading } = await read('yolo', {
    'DATA.YAML': 'train: IMAGES/TRAIN\nval: IMAGES/VAL\nnames: [leaf]\n',
    'IMAGES/TRAIN/A.JPG': '',
    'LABELS/TRAIN/A.TXT': '0 .5 .5 .1 .2\n',
    'images/b.jpg': '',
    'images/B.jpg': '',
    'labels/b.txt': '0 .5 .5 .2 .2\n',
    'labels/B.txt': '',
  });
  expect(faults).toEqual([]);
  expect(boxes).toEqual({ 'A.JPG': ['leaf 45 20 10 10'], 'b.jpg': ['leaf 40 20 20 10'], 'B.jpg': [] });
  expect(reading.records[0]?.split).toBe('train');
});

test.each([
  ['aliases that grow', 'a: &a [x, x]\nb: &b [*a, *a]\nnames: [*b, *b]\n', 'aliases'],
  ['YAML that is none', 'names: [a\n', 'line'],
  ['no names', 'train: images\n', 'names'],
])('YOLO: %s are refused in a sentence', async (_name, text, reason) => {
  const files = { 'data.yaml': text, 'images/a.jpg': '', 'labels/a.txt': '' };
  await expect(readFiles('yolo', files)).rejects.toMatchObject({
    code: 'IMPORT_FORMAT_INVALID',
    message: expect.stringContaining(reason),
  });
});

test('YOLO: names as a map with a gap keep their numbers, and splits come from lists of pictures', async () => {
  const { boxes, faults, reading } = await read('yolo', {
    'data.yaml': 'train: train.txt\ntest: lists/test.txt\nnames:\n  0: leaf\n  2: spot\n',
    'train.txt': './images/a.jpg\n/home/me/set/images/gone.jpg\n',
    'lists/test.txt': '../images/b.jpg\n',
    'images/a.jpg': '',
    'images/b.jpg': '',
    'labels/a.txt': '2 .5 .5 .1 .2\n1 .5 .5 .1 .2\n',
    'labels/b.txt': '',
  });
  expect(boxes['a.jpg']).toEqual(['spot 45 20 10 10']);
  expect(reading.records.map(({ split }) => split)).toEqual(['train', 'test']);
  expect(faults).toEqual(['train.txt line 2 IMAGE_MISSING', 'labels/a.txt line 2 CLASS_UNKNOWN']);
});

test.each([
  ['corners', 'filename,width,height,class,xmin,ymin,xmax,ymax\na.jpg,100,50,leaf,10,20,30,40'],
  ['a corner and a size', 'image;label;x;y;w;h\na.jpg;leaf;10;20;20;20'],
  [
    'width and height of the box',
    'image_name\tlabel\tbbox_x\tbbox_y\tbbox_width\tbbox_height\na.jpg\tleaf\t10\t20\t20\t20',
  ],
  ['shares', 'file,class,xmin,ymin,xmax,ymax\na.jpg,leaf,0.1,0.4,0.3,0.8'],
  ['shares of a centre', 'path,label,x_center,y_center,width,height\nimages/a.jpg,leaf,0.2,0.6,0.2,0.4'],
  ['no header, class first', 'a.jpg,leaf,10,20,30,40'],
  ['no header, class last', '/data/a.jpg,10,20,30,40,leaf'],
  ['OpenImages', 'ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax\na,x,leaf,1,0.1,0.3,0.4,0.8'],
  ['corners of a bbox', 'image,bbox_xmin,bbox_ymin,bbox_xmax,bbox_ymax,label\na.jpg,10,20,30,40,leaf'],
  [
    'sizes of a region',
    'image,width,height,label,region_x,region_y,region_width,region_height\na.jpg,100,50,leaf,10,20,20,20',
  ],
  ['decimal commas', 'image;label;x;y;w;h\na.jpg;leaf;10,0;20,00;20,0;20'],
  ['a list in one cell', 'image_id,class,bbox\na,leaf,"[10.0, 20, 20.0, 20]"'],
  [
    'shapes of the VGG Image Annotator',
    'filename,file_size,file_attributes,region_count,region_id,region_shape_attributes,region_attributes\n' +
      'a.jpg,9,"{}",1,0,"{""name"":""rect"",""x"":10,""y"":20,""width"":20,""height"":20}","{""label"":""leaf""}"',
  ],
  [
    'polygons of the VGG Image Annotator',
    'filename,region_shape_attributes,region_attributes\n' +
      'a.jpg,"{""name"":""polygon"",""all_points_x"":[10,30,20],""all_points_y"":[20,30,40]}","{""type"":{""leaf"":true}}"',
  ],
  ['Google AutoML', 'TRAIN,gs://bucket/x/a.jpg,leaf,0.1,0.4,,,0.3,0.8,,'],
  ['a background picture before the first box', 'b.jpg,,,,,\na.jpg,10,20,30,40,leaf'],
  [
    'quotes and a byte order mark',
    '\ufefffilename,class,xmin,ymin,xmax,ymax\r\n"a.jpg","leaf","10","20","30","40"\r\n',
  ],
])('CSV: reads %s', async (_name, text) => {
  const { boxes, faults } = await read('csv', {
    'a.jpg': '',
    'b.jpg': '',
    'labels.csv': text.replace('\ufeff', ''),
  });
  expect(faults).toEqual([]);
  const [found = ''] = boxes['a.jpg'] ?? [];
  const [name, ...numbers] = found.split(' ');
  expect(name).toBe('leaf');
  expect(numbers.map((number) => Math.round(Number(number) * 1e6) / 1e6)).toEqual([10, 20, 20, 20]);
});

test('CSV: wrong rows are set aside by their lines', async () => {
  const lines = [
    'filename,class,xmin,ymin,xmax,ymax',
    'a.jpg,leaf,10,20,30,40',
    'gone.jpg,leaf,10,20,30,40',
    'a.jpg,leaf,x,20,30,40',
    ',leaf,10,20,30,40',
    'a.jpg,leaf,10,20,10,40',
    'a.jpg,le"af,1,2,3,4',
    'a.jpg,spot,1,2,3',
  ];
  const { boxes, faults } = await read('csv', { 'a.jpg': '', 'b.csv': lines.join('\n') });
  expect(boxes).toEqual({ 'a.jpg': ['leaf 10 20 20 20'] });
  expect(faults).toEqual([
    'b.csv IMPORT_FORMAT_INVALID',
    'b.csv line 3 IMAGE_MISSING',
    'b.csv line 5 IMPORT_FORMAT_INVALID',
    'line 4 BOX_INVALID',
    'line 6 BOX_INVALID',
    'line 8 BOX_INVALID',
  ]);
});

const region = (value: object, rest: object = {}) => ({ type: 'rectanglelabels', value, ...rest });
const half = { x: 50, y: 50, width: 10, height: 20, rectanglelabels: ['leaf'] };

test('Label Studio: annotations, predictions, choices, references of every kind, and what can not be taken', async () => {
  const tasks = [
    {
      id: 1,
      data: { image: '/data/upload/3/0a1b2c3d-a.jpg' },
      annotations: [{ id: 5, result: [region(half)] }],
    },
    {
      id: 2,
      data: { image: 'http://host:8080/x/b%20c.jpg?token=1' },
      annotations: [
        { id: 6, was_cancelled: true, result: [] },
        { id: 7, updated_at: '2024-01-01', result: [] },
        {
          id: 8,
          updated_at: '2025-01-01',
          result: [region(half, { original_width: 100, original_height: 50 })],
        },
      ],
    },
    {
      id: 3,
      data: { picture: '/data/local-files/?d=set/d.jpg' },
      predictions: [{ model_version: 'm-7', score: 0.9, result: [region(half, { score: 0.8 })] }],
    },
    {
      id: 4,
      data: { image: 'e.jpg' },
      annotations: [{ result: [{ type: 'choices', value: { choices: ['ripe'] } }] }],
    },
    {
      id: 5,
      data: { image: 'f.jpg' },
      completions: [
        {
          result: [
            region({ ...half, rotation: 30 }),
            region(half, { image_rotation: 90 }),
            { type: 'polygonlabels', value: {} },
            region({ ...half, rectanglelabels: ['leaf', 'spot'] }),
            region({ ...half, width: 'x' }),
          ],
        },
      ],
    },
    { id: 6, data: { image: 'gone.jpg' } },
    { id: 7, data: { text: 'no picture' } },
    { id: 8, data: { image: 'g.jpg' }, annotations: [], predictions: [] },
  ];
  const pictures = ['a.jpg', 'b c.jpg', 'set/d.jpg', 'e.jpg', 'f.jpg', 'g.jpg'].map(
    (name) => [name, ''] as const,
  );
  const { boxes, faults, reading } = await read('label-studio', {
    'tasks.json': JSON.stringify(tasks),
    ...Object.fromEntries(pictures),
  });
  const leaf = 'leaf 50 25 10 10';
  expect(boxes).toEqual({
    'a.jpg': [leaf],
    'b c.jpg': [leaf],
    'd.jpg': [leaf],
    'e.jpg': [],
    'f.jpg': [leaf],
    'g.jpg': [],
  });
  expect(reading.records.map(({ state, model, tag }) => [state, model, tag])).toEqual([
    ['labelled', null, null],
    ['labelled', null, null],
    ['predicted', 'm-7', null],
    ['labelled', null, 'ripe'],
    ['labelled', null, null],
    ['none', null, null],
  ]);
  expect(faults).toEqual([
    'tasks.json task 2 LABEL_CONFLICT',
    'tasks.json task 5 BOX_INVALID',
    'tasks.json task 5 BOX_INVALID',
    'tasks.json task 5 IMPORT_FORMAT_INVALID',
    'tasks.json task 5 LABEL_CONFLICT',
    'tasks.json task 6 IMAGE_MISSING',
    'tasks.json task 7 IMPORT_FORMAT_INVALID',
    'task 5, region 5 BOX_INVALID',
  ]);
});

test('CVAT: boxes with what they carry, tags, subsets, and what can not be taken', async () => {
  const labels =
    '<labels><label><name>leaf</name><attributes><attribute><name>code</name><input_type>text</input_type></attribute></attributes></label><label><name>ripe</name></label></labels>';
  const box = (rest: string, inner = '') => `<box xtl="1" ytl="2" xbr="11" ybr="12" ${rest}>${inner}</box>`;
  const { boxes, faults, reading } = await read('cvat', {
    'annotations.xml': [
      `<?xml version="1.0"?><annotations><version>1.1</version><meta><project>${labels}</project></meta>`,
      '<image id="0" name="a.jpg" subset="Validation" width="100" height="50">',
      box(
        'label="leaf" occluded="1" z_order="3"',
        '<attribute name="code">007</attribute><attribute name="size">7</attribute>',
      ),
      box('label="weed"'),
      box('label="leaf" rotation="12.5"'),
      '<polygon label="leaf" points="1,2;3,4;5,6"></polygon>',
      '<tag label="ripe"></tag>',
      '</image>',
      '<image id="1" name="gone.jpg" width="100" height="50"></image>',
      '<track id="0" label="leaf"></track></annotations>',
    ].join('\n'),
    'images/Validation/a.jpg': '',
  });
  expect(boxes).toEqual({ 'a.jpg': ['leaf 1 2 10 10'] });
  expect(reading.records[0]).toMatchObject({
    split: 'val',
    tag: 'ripe',
    boxes: [{ attributes: { occluded: true, z_order: 3, code: '007', size: 7 } }],
  });
  expect(reading.classNames).toEqual(['leaf', 'ripe']);
  expect(faults).toEqual([
    'annotations.xml line 4 CLASS_UNKNOWN',
    'annotations.xml line 5 BOX_INVALID',
    'annotations.xml line 6 IMPORT_FORMAT_INVALID',
    'annotations.xml line 9 IMAGE_MISSING',
    'annotations.xml line 10 IMPORT_FORMAT_INVALID',
  ]);
});

test('a name that several pictures bear is told, unless its folders tell them apart', async () => {
  const rows = ['filename,class,xmin,ymin,xmax,ymax', 'a.jpg,leaf,1,2,3,4', 'one/a.jpg,leaf,1,2,3,4'];
  const files = { 'x/one/a.jpg': '', 'x/two/a.jpg': '', 'labels/all.csv': rows.join('\n') };
  const { reading, reasons } = await read('csv', files);
  expect(reading.records.map(({ picturePath }) => picturePath)).toEqual(['x/one/a.jpg']);
  expect(reasons).toEqual(['expected a picture "a.jpg": found x/one/a.jpg and x/two/a.jpg']);
});

test.each([
  ['{"a": [1, 2,]}', 'line 1, column 13'],
  ['{"a" 1}', 'line 1, column 6'],
  ['{\n "a": tru\n}', 'line 2, column 7'],
  ['[1] 2', 'line 1, column 5'],
  ['["a\n"]', 'line 1, column 2'],
  ['[[[', 'line 1, column 4'],
  ['{"a": 1}}', 'line 1, column 9'],
  ['', 'line 1, column 1'],
])('JSON: tells the place of the mistake in %j', (text, place) => {
  expect(() => JSON.parse(text)).toThrow();
  expect(findJsonFault(text)).toBe(place);
});

test.each(['{"a": [1, {"b": null}, -1.5e3], "c": {}}', ' [] ', '"x"', '0'])(
  'JSON: finds no mistake in %j',
  (text) => {
    expect(findJsonFault(text)).toBeUndefined();
  },
);

test('CSV: a table without a class is of one class, and says so; a list of classes gives their order', async () => {
  const unclassed = await read('csv', { 'a.jpg': '', 'train.csv': 'image_id,bbox\na,"[10, 20, 20, 20]"\n' });
  expect(unclassed.boxes).toEqual({ 'a.jpg': ['object 10 20 20 20'] });
  expect(unclassed.faults).toEqual(['train.csv CLASS_UNKNOWN']);
  const listed = await read('csv', {
    'a.jpg': '',
    'annotations.csv': 'a.jpg,10,20,30,40,leaf\n',
    'classes.csv': 'spot,1\nleaf,0\n',
  });
  expect(listed.reading.classNames).toEqual(['leaf', 'spot']);
  expect(listed.faults).toEqual([]);
});

test('COCO: ids as texts or numbers, numbers as texts, masks alone, and a file without annotations', async () => {
  const document = {
    images: [
      { id: '1', file_name: 'a.jpg' },
      { id: 2, file_name: 'b.jpg' },
    ],
    annotations: [
      { id: 1, image_id: 1, category_id: 'x', bbox: ['1', '2', '3.5', '4'] },
      { id: 2, image_id: '2', category_id: 7, segmentation: { size: [50, 100], counts: [251, 3, 4746] } },
    ],
    categories: [
      { id: 'x', name: 'leaf' },
      { id: '7', name: 'spot' },
    ],
  };
  const files = { 'a.jpg': '', 'b.jpg': '', 'set.json': JSON.stringify(document) };
  const { boxes, faults } = await read('coco', files);
  expect(faults).toEqual([]);
  expect(boxes).toEqual({ 'a.jpg': ['leaf 1 2 3.5 4'], 'b.jpg': ['spot 5 1 1 3'] });
  const { annotations: _, ...unlabelled } = document;
  const bare = await read('coco', { ...files, 'set.json': JSON.stringify(unlabelled) });
  expect(bare.reading.records.map(({ state }) => state)).toEqual(['none', 'none']);
  expect(bare.reading.classNames).toEqual(['leaf', 'spot']);
});

test.each([
  [
    'UTF-16 with its mark',
    Buffer.from('\ufeff<?xml version="1.0" encoding="UTF-16"?><a>größe</a>', 'utf16le'),
  ],
  [
    'Latin 1 that is declared',
    Buffer.from("<?xml version='1.0' encoding='ISO-8859-1'?><a>größe</a>", 'latin1'),
  ],
  ['UTF-8 with its mark', Buffer.from('\ufeff<a>größe</a>')],
])('reads %s', (_name, bytes) => {
  expect(decodeText('a.xml', bytes)).toMatch(/^<.*<?a>größe<\/a>$/);
  expect(decodeHead(bytes.subarray(0, bytes.length - 1))).toContain('größe');
});

test.each([
  ['other bytes', Buffer.from('gr\u00f6\u00dfe', 'latin1')],
  ['an encoding that nobody knows', Buffer.from('<?xml version="1.0" encoding="klingon"?><a/>')],
])('refuses %s by the name of the encoding', (_name, bytes) => {
  expect(() => decodeText('a.xml', bytes)).toThrow(/expected text in (UTF-8|KLINGON) in a.xml/);
  expect(decodeHead(bytes)).toContain(bytes.subarray(0, 2).toString('latin1'));
});

test('COCO: key points and captions beside the instances of the same pictures are left out, each told once', async () => {
  const image = { id: 1, file_name: 'a.jpg' };
  const write = (bbox: number[]) =>
    JSON.stringify({
      images: [image],
      annotations: [{ id: 1, image_id: 1, category_id: 1, bbox }],
      categories: [{ id: 1, name: 'person' }],
    });
  const files = {
    'val2017/a.jpg': '',
    'annotations/captions_val2017.json': JSON.stringify({ images: [image], annotations: [] }),
    'annotations/instances_val2017.json': write([1, 2, 3, 4]),
    'annotations/person_keypoints_val2017.json': write([5, 5, 5, 5]),
  };
  const { boxes, faults, reading } = await read('coco', files);
  expect(boxes).toEqual({ 'a.jpg': ['person 1 2 3 4'] });
  expect(reading.records).toHaveLength(1);
  expect(faults).toEqual([
    'annotations/captions_val2017.json IMPORT_FORMAT_INVALID',
    'annotations/person_keypoints_val2017.json IMPORT_FORMAT_INVALID',
  ]);
  const { 'annotations/instances_val2017.json': _, ...alone } = files;
  expect((await read('coco', alone)).boxes).toEqual({ 'a.jpg': ['person 5 5 5 5'] });
});
