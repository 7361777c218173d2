/** The training form: what its fields hold, and the request that they become. */
import { type StartTraining, startTrainingSchema } from '../../../src-preload/contract/index.ts';

/** Empty strings stand for "let the station choose". */
export interface TrainingForm {
  readonly dataset: string;
  readonly model: string;
  readonly architecture: string;
  /** Minutes. */
  readonly timeBudgetMin: number | '';
  readonly device: string;
  readonly epochs: number | '';
  readonly imageSize: number | '';
  readonly batchSize: number | '';
  readonly learningRate: number | '';
  readonly optimizer: string;
  readonly weightDecay: number | '';
  readonly labelSmoothing: number | '';
  readonly warmupEpochs: number | '';
  readonly augmentation: number | '';
  readonly patience: number | '';
  readonly classBalance: number | '';
  readonly threads: number | '';
  readonly seed: number | '';
}

/** What a run gets if nobody changes anything: the contract's own defaults, and a budget that a break lasts. */
export function defaultTrainingForm(dataset: string, device: string): TrainingForm {
  const { parameters } = startTrainingSchema.parse({ dataset: 'any', parameters: {} });
  return {
    dataset,
    model: '',
    architecture: parameters.architecture,
    timeBudgetMin: 5,
    device,
    epochs: '',
    imageSize: '',
    batchSize: '',
    learningRate: '',
    optimizer: parameters.optimizer,
    weightDecay: parameters.weightDecay,
    labelSmoothing: parameters.labelSmoothing,
    warmupEpochs: '',
    augmentation: parameters.augmentation,
    patience: '',
    classBalance: parameters.classBalance,
    threads: '',
    seed: parameters.seed,
  };
}

export type FormProblems = Readonly<Record<string, string>>;

export type ReadForm =
  | { readonly isValid: true; readonly request: StartTraining }
  | { readonly isValid: false; readonly problems: FormProblems };

/** Checks the form with the contract's schema; problems are keyed by field name. */
export function readTrainingForm(form: TrainingForm): ReadForm {
  const { dataset, model, timeBudgetMin, ...fields } = form;
  const budget = timeBudgetMin === '' ? {} : { timeBudgetS: timeBudgetMin * 60 };
  const name = model.trim() === '' ? {} : { model: model.trim() };
  const chosen = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''));
  const parsed = startTrainingSchema.safeParse({ dataset, ...name, parameters: { ...chosen, ...budget } });
  if (parsed.success) return { isValid: true, request: parsed.data };
  const problems = parsed.error.issues.map((issue) => [fieldOf(issue.path), issue.message] as const);
  return { isValid: false, problems: Object.fromEntries(problems.toReversed()) };
}

function fieldOf(path: readonly PropertyKey[]): string {
  const name = String(path.at(-1) ?? '');
  return name === 'timeBudgetS' ? 'timeBudgetMin' : name;
}
