import { describe, expect, it } from 'vitest';
import { planUpload } from '../../../../src-renderer/features/collector/upload-plan.ts';

describe('planUpload', () => {
  it('takes the folder around the class folders away, so that it is no class', () => {
    const plan = planUpload(['leaf/healthy/1.jpg', 'leaf/rust/2.jpg', 'leaf/rust/3.jpg']);
    expect(plan).toEqual({
      paths: ['healthy/1.jpg', 'rust/2.jpg', 'rust/3.jpg'],
      classes: [
        { name: 'healthy', count: 1 },
        { name: 'rust', count: 2 },
      ],
      loose: 0,
      hasLabelFiles: false,
      format: 'folder',
    });
  });

  it('keeps the folders of splits', () => {
    const plan = planUpload(['set/train/a/1.jpg', 'set/test/b/2.jpg']);
    expect(plan.paths).toEqual(['train/a/1.jpg', 'test/b/2.jpg']);
    expect(plan.classes.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(planUpload(['train/a/1.jpg', 'train/b/1.jpg']).paths).toEqual(['train/a/1.jpg', 'train/b/1.jpg']);
  });

  it('does not label a folder of loose pictures by the name of the camera card', () => {
    expect(planUpload(['DCIM/1.jpg', 'DCIM/2.jpg']).format).toBe('files');
    expect(planUpload(['1.jpg', '2.jpg'])).toMatchObject({ format: 'files', loose: 2, classes: [] });
  });

  it('leaves out what operating systems strew about', () => {
    const plan = planUpload(['a/.DS_Store', 'a/x/1.jpg', 'a/y/Thumbs.db', 'a/y/2.jpg', '__MACOSX/a/1.jpg']);
    expect(plan.paths).toEqual([null, 'x/1.jpg', null, 'y/2.jpg', null]);
  });

  it.each(['set/data.yaml', 'set/Annotations/1.xml', 'set/x.json', 'set/train/labels/1.txt'])(
    'lets the station look into label files such as %s',
    (path) => {
      const plan = planUpload(['set/images/1.jpg', 'set/images/2.jpg', path]);
      expect(plan).toMatchObject({ hasLabelFiles: true, format: 'auto' });
    },
  );

  it('does not take notes for label files', () => {
    const plan = planUpload(['set/a/1.jpg', 'set/b/2.jpg', 'set/README.txt', 'set/b/notes.txt']);
    expect(plan).toMatchObject({ hasLabelFiles: false, format: 'folder' });
  });

  it('knows the files of MNIST', () => {
    const plan = planUpload(['mnist/train-images-idx3-ubyte.gz', 'mnist/t10k-labels.idx1-ubyte']);
    expect(plan.format).toBe('idx');
  });
});
