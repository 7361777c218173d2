/** A classifier in service: the whole picture in, probabilities out. */
import type { Predictor } from '../../engine/index.ts';
import { preparePicture } from '../../vision/preprocess.ts';
import { InputBatcher, type ServedModel } from './served-model.ts';

export function createServedClassifier(predictor: Predictor): ServedModel {
  const { imageSize, channels, classCount } = predictor;
  const batcher = new InputBatcher<Float32Array>({
    run: async (pixels, count) => {
      const probabilities = await predictor.predict(pixels, count);
      return Array.from({ length: count }, (_, index) =>
        probabilities.slice(index * classCount, (index + 1) * classCount),
      );
    },
    dispose: () => predictor.dispose(),
  });
  return {
    predict: (picture) =>
      batcher.during(async () => {
        const pixels = await preparePicture(picture, { ...imageSize, channels });
        return { task: 'classification', probabilities: [...(await batcher.ask(pixels))] };
      }),
    close: () => batcher.close(),
  };
}
