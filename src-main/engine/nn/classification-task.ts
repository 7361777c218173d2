/** What a classifier is trained on and served with: labelled pictures in, the likelihood of each class out. */
import type { Value } from '../graph/ops.ts';
import type { Classifier } from './classifier.ts';
import { softmaxCrossEntropy } from './losses.ts';
import { scalePixels } from './pixels.ts';
import type { TrainableModel } from './trainable-model.ts';

/**
 * Feeds `images` uint8 `[n, h, w, 3]` and `labels` int32 `[n]`, result `logits` `[n, classes]`; serves
 * `probabilities` `[n, classes]`.
 * @param labelSmoothing share of the target spread evenly over all classes, 0 for none
 */
export function toTrainableModel(model: Classifier, labelSmoothing: number): TrainableModel {
  const { architecture, classes, imageSize, network, readImages = scalePixels } = model;
  return {
    subject: { architecture, classes, imageSize },
    imageSize,
    parameters: model.parameters,
    statistics: model.statistics,
    initialParameters: model.initialParameters,
    ...(model.initialStatistics && { initialStatistics: model.initialStatistics }),
    foldsNormalization: model.foldsNormalization ?? true,
    listFeeds: (batchSize) => [
      { name: 'images', dtype: 'uint8', shape: [batchSize, imageSize, imageSize, 3] },
      { name: 'labels', dtype: 'int32', shape: [batchSize] },
    ],
    buildLoss: (scope, feeds) => {
      const logits = network(scope, readImages(scope.e, takeFeed(feeds, 'images')));
      const loss = softmaxCrossEntropy(scope.e, logits, takeFeed(feeds, 'labels'), labelSmoothing);
      return { loss, results: new Map([['logits', logits]]) };
    },
    buildInference: (scope, images) => {
      const logits = network(scope, readImages(scope.e, images));
      const names = { outputs: ['probabilities'] };
      const [probabilities] = scope.e.builder.node('Softmax', [logits], { axis: 1 }, names);
      return new Map([['probabilities', probabilities]]);
    },
  };
}

function takeFeed(feeds: ReadonlyMap<string, Value>, name: string): Value {
  const feed = feeds.get(name);
  if (!feed) throw new Error(`bug: the training graph has no ${name}`);
  return feed;
}
