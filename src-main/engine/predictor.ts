/** Runs an image classifier from an ONNX file: our own exports and most of other people's. */
import type { ProviderName } from './runtime/providers.ts';

/** How pixels 0 to 255 become the model's numbers; `imagenet` subtracts the ImageNet mean and divides by its deviation. */
export type PixelRange = '0..255' | '0..1' | 'imagenet';

/** What a foreign file does not say about its input. */
export interface PredictorInput {
  /** Needed where height or width is dynamic in the file. */
  readonly imageSize?: { readonly width: number; readonly height: number };
  /** `0..1` if absent, for float inputs. */
  readonly pixelRange?: PixelRange;
  /** True for models of light strokes on a dark ground that get dark-on-light pictures, and the reverse. */
  readonly invert?: boolean;
}

export interface PredictorOptions {
  readonly provider: ProviderName;
  readonly threads?: number;
  readonly input?: PredictorInput;
}

export interface Predictor {
  /** From the file's metadata, if it has them. */
  readonly classNames: readonly string[] | undefined;
  readonly imageSize: { readonly width: number; readonly height: number };
  /** 1: `predict` wants grey pictures, one byte a pixel. */
  readonly channels: 1 | 3;
  readonly classCount: number;
  /**
   * Class probabilities `[count, classCount]`.
   * @param images `[count, height, width, channels]`, 0 to 255, RGB or grey
   */
  predict(images: Uint8Array, count: number): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/** @throws AppError MODEL_UNREADABLE, saying what was expected and what was found. */
export async function loadPredictor(_bytes: Uint8Array, _options: PredictorOptions): Promise<Predictor> {
  throw new Error('bug: not built yet');
}
