/** The engine's one entry: models of images that are trained, exported and run inside onnxruntime. */

export type { ChosenForms } from './autodiff/convolution-forms.ts';
export type { FormChoice, FormChoiceOptions } from './choose-forms.ts';
export { chooseForms } from './choose-forms.ts';
export { importDetector } from './detector-file.ts';
export type { DetectorDescription } from './detector-metadata.ts';
export { describeDetector } from './detector-metadata.ts';
export type { Detections, DetectorPredictor, DetectorPredictorOptions } from './detector-predictor.ts';
export { loadDetector } from './detector-predictor.ts';
export type { ForeignClassifier, ImportedClassifier } from './foreign-classifier.ts';
export { importClassifier, readForeignClassifier } from './foreign-classifier.ts';
export { readModelFile } from './model-file.ts';
export type { FeedElements, ModelStepOutcome, ModelTrainer, ModelTrainerOptions } from './model-trainer.ts';
export { createModelTrainer } from './model-trainer.ts';
export { toTrainableModel } from './nn/classification-task.ts';
export type {
  ArchitectureName,
  Classifier,
  ClassifierArchitecture,
  ClassifierOptions,
} from './nn/classifier.ts';
export { classifierArchitectures, createClassifier } from './nn/classifier.ts';
export type { SuppressionOptions } from './nn/detector/dense-decoding.ts';
export type {
  Detector,
  DetectorArchitecture,
  DetectorName,
  DetectorOptions,
} from './nn/detector/detector.ts';
export { createDetector, detectorArchitectures } from './nn/detector/detector.ts';
export type { ForeignDetector, ForeignDetectorOptions } from './nn/detector/foreign-detector.ts';
export { createForeignDetector } from './nn/detector/foreign-detector.ts';
export type { BoxLayout, DetectorFamily, ForeignLayout } from './nn/detector/foreign-layout.ts';
export { recognizeDetector } from './nn/detector/read-foreign.ts';
export type { FeedSpec, TrainableModel } from './nn/trainable-model.ts';
export type { OptimizerOptions } from './optim/optimizer.ts';
export type { LearningRateSchedule, ScheduleOptions } from './optim/schedule.ts';
export { createSchedule } from './optim/schedule.ts';
export type { PixelRange, Predictor, PredictorInput, PredictorOptions } from './predictor.ts';
export { loadPredictor } from './predictor.ts';
export { printModel } from './print-model.ts';
export type { ProviderReport } from './probe.ts';
export { probeProvider } from './probe.ts';
export { nameMachine } from './runtime/machine.ts';
export type { ProviderName } from './runtime/providers.ts';
export { listProviders } from './runtime/providers.ts';
export type { ExportOptions, StepOutcome, Trainer, TrainerOptions } from './trainer.ts';
export { createTrainer } from './trainer.ts';
export { createTransferTrainer } from './transfer-trainer.ts';
