/** The training form: what its fields hold, and the request that they become. */
import { type StartTraining, startTrainingSchema, type Task } from '../../../src-preload/contract/index.ts';
import { isDetectionOption, type OptionName, type OptionValue, optionGroups } from './training-options.ts';

/** Empty strings stand for "let the station choose". */
export interface TrainingForm {
  readonly dataset: string;
  readonly model: string;
  readonly architecture: string;
  /** `NAME/VERSION` of the model that the run goes on from. */
  readonly base: string;
  /** Minutes. */
  readonly timeBudgetMin: number | '';
  readonly device: string;
  /** Those that somebody set. */
  readonly options: Readonly<Partial<Record<OptionName, OptionValue>>>;
}

/** What a run gets if nobody changes anything: all is left to the station. */
export function defaultTrainingForm(dataset: string, device: string): TrainingForm {
  return { dataset, model: '', architecture: '', base: '', timeBudgetMin: '', device, options: {} };
}

/** Another dataset; one of another task has other architectures and models to start from. */
export function changeDataset(dataset: string, isSameTask: boolean): Partial<TrainingForm> {
  return isSameTask ? { dataset } : { dataset, architecture: '', base: '', options: {} };
}

export type FormProblems = Readonly<Record<string, string>>;

export type ReadForm =
  | { readonly isValid: true; readonly request: StartTraining }
  | { readonly isValid: false; readonly problems: FormProblems };

/** Checks the form with the contract's schema; problems are keyed by field name. */
export function readTrainingForm(form: TrainingForm, task: Task): ReadForm {
  const { dataset, model, device, base, architecture } = form;
  const name = model.trim() === '' ? {} : { model: model.trim() };
  const parameters = {
    device,
    ...(base !== '' && { base }),
    // A model that the run goes on from has its architecture already.
    ...(base === '' && architecture !== '' && { architecture }),
    ...(form.timeBudgetMin !== '' && { timeBudgetS: form.timeBudgetMin * 60 }),
    ...readOptions(form, task),
  };
  const parsed = startTrainingSchema.safeParse({ dataset, ...name, parameters });
  if (parsed.success) return { isValid: true, request: parsed.data };
  const problems = parsed.error.issues.map((issue) => [fieldOf(issue.path), issue.message] as const);
  return { isValid: false, problems: Object.fromEntries(problems.toReversed()) };
}

/** Where the contract has them; options that the task's form does not show are left out. */
function readOptions({ options }: TrainingForm, task: Task) {
  const shown = optionGroups[task].flatMap((group) => group.options.map(({ name }) => name));
  const set = shown.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]] as const]));
  const common = set.filter(([name]) => !isDetectionOption(name));
  const own = set.filter(([name]) => isDetectionOption(name));
  return {
    ...Object.fromEntries(common),
    ...(task === 'detection' && { detection: Object.fromEntries(own) }),
  };
}

function fieldOf(path: readonly PropertyKey[]): string {
  const name = String(path.at(-1) ?? '');
  return name === 'timeBudgetS' ? 'timeBudgetMin' : name;
}
