/** The engine's one entry: image classifiers that are trained, exported and run inside onnxruntime. */
export type {
  ArchitectureName,
  Classifier,
  ClassifierArchitecture,
  ClassifierOptions,
} from './nn/classifier.ts';
export { classifierArchitectures, createClassifier } from './nn/classifier.ts';
export type { OptimizerOptions } from './optim/optimizer.ts';
export type { LearningRateSchedule, ScheduleOptions } from './optim/schedule.ts';
export { createCosineSchedule } from './optim/schedule.ts';
export type { PixelRange, Predictor, PredictorInput, PredictorOptions } from './predictor.ts';
export { loadPredictor } from './predictor.ts';
export type { ProviderReport } from './probe.ts';
export { probeProvider } from './probe.ts';
export type { ProviderName } from './runtime/providers.ts';
export { listProviders } from './runtime/providers.ts';
export type { ExportOptions, StepOutcome, Trainer, TrainerOptions } from './trainer.ts';
export { createTrainer } from './trainer.ts';
