/** A detector in service: a picture in, whole or in tiles, boxes in its pixels out. */
import type { DetectorPredictor } from '../../engine/index.ts';
import { toFrameDetector } from '../../vision/frame-detector.ts';
import { type FrameFindings, joinFrames, readFrames, toPictureDetections } from '../../vision/frames.ts';
import { type Detection, suppress } from '../../vision/suppression.ts';
import { InputBatcher, type ServedModel } from './served-model.ts';
import type { ServedAnswer, ServedQuestion } from './serving-protocol.ts';

/** Frames of one picture that wait at once: of a large one, memory has room for some tiles alone. */
const framesInFlight = 16;

export function createServedDetector(predictor: DetectorPredictor): ServedModel {
  const place = predictor.family === 'yolox' ? 'corner' : 'centre';
  const detector = toFrameDetector(predictor, { place, confidence: 0 });
  const batcher = new InputBatcher<readonly Detection[]>({
    run: (frames, count) => detector.detect(frames, count),
    dispose: () => predictor.dispose(),
  });
  const look = async (picture: Uint8Array, question: ServedQuestion): Promise<ServedAnswer> => {
    const found: Promise<FrameFindings>[] = [];
    let size = { width: 0, height: 0 };
    const options = { frame: detector.imageSize, place, tile: question.tile } as const;
    for await (const frame of readFrames(picture, options)) {
      size = frame.picture;
      const { pixels, ...whereabouts } = frame;
      const answer = batcher.ask(pixels).then((all) => {
        return toPictureDetections(
          all.filter(({ score }) => score >= question.conf),
          whereabouts,
        );
      });
      answer.catch(() => undefined);
      found.push(answer);
      if (found.length >= framesInFlight) await found[found.length - framesInFlight];
    }
    const suppression = { iou: question.iou, maxDetections: question.maxDet };
    const detections = suppress(joinFrames(await Promise.all(found), suppression), suppression);
    return { task: 'detection', ...size, detections };
  };
  return {
    predict: (picture, question) => batcher.during(() => look(picture, question)),
    close: () => batcher.close(),
  };
}
