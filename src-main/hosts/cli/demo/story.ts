/** The demo's two rounds of the loop, told against the same client and REST face that every user has. */
import {
  type ClassificationPrediction,
  type Comparison,
  type DeploymentEvent,
  type Evaluation,
  type JobId,
  mainFigureOf,
  mainFiguresOf,
  type Run,
  type StationClient,
} from '../../../../src-preload/contract/index.ts';

/** What the story needs from its surroundings. */
export interface DemoStage {
  readonly client: StationClient;
  /** Folder with a sub-folder per class, drawn for the first camera, or for the harder one that arrives later. */
  drawPictures(camera: 'first' | 'harder'): Promise<string>;
  /** `POST /api/v1/predict` over HTTP with one picture file. */
  predict(picture: string): Promise<ClassificationPrediction>;
  /** Some picture files with their true class, never imported. */
  listFreshPictures(): Promise<readonly { readonly file: string; readonly className: string }[]>;
  waitForJob(jobId: JobId): Promise<void>;
  say(line: string): void;
  elapsedS(): number;
}

/** One line of the table at the end. */
export interface DemoStep {
  readonly atS: number;
  readonly step: string;
  readonly result: string;
}

export const demoModel = 'leaf-condition';
const firstDataset = 'leaves';
const harderDataset = 'harder-camera';

/** Trainings are budgeted so that both rounds end in under four minutes on two cores. */
const firstTraining = { epochs: 30, imageSize: 80, timeBudgetS: 60 };
const secondTraining = { epochs: 30, imageSize: 80, timeBudgetS: 85 };

/** Runs both rounds; throws if a step that the product promises did not happen. */
export async function tellStory(stage: DemoStage): Promise<readonly DemoStep[]> {
  const steps: DemoStep[] = [];
  const note = (step: string, result: string) => {
    steps.push({ atS: stage.elapsedS(), step, result });
    stage.say(`${step}: ${result}`);
  };

  await importPictures(stage, 'first', note);
  await freezeDataset(stage, note);
  const first = await train(stage, 'first model', firstTraining, note);
  await predictOverRest(stage, note);

  await importPictures(stage, 'harder', note);
  const champion = `${demoModel}@champion`;
  await stage.client.dataset.createVersion({
    name: harderDataset,
    splits: [0, 0, 1],
    sources: ['harder'],
    seed: 1,
  });
  const dropped = await evaluate(stage, champion, `${harderDataset}/test`);
  note(`champion v${first} on the harder camera`, percent(mainFigureOf(dropped.report).value ?? 0));
  await freezeDataset(stage, note);
  const second = await train(stage, 'second model', secondTraining, note);
  await replaceChampion(stage, first, second, note);
  return steps;
}

type Note = (step: string, result: string) => void;

async function importPictures(stage: DemoStage, camera: 'first' | 'harder', note: Note): Promise<void> {
  const folder = await stage.drawPictures(camera);
  const started = await stage.client.collector.importPaths({ paths: [folder], source: camera });
  await stage.waitForJob(started.jobId);
  const done = await stage.client.collector.getImport({ id: started.id });
  note(
    `import from the ${camera} camera`,
    `${done.added} pictures, ${done.labelled} labelled, ${done.duplicates} duplicates, ${done.rejected} set aside`,
  );
}

async function freezeDataset(stage: DemoStage, note: Note): Promise<void> {
  const version = await stage.client.dataset.createVersion({
    name: firstDataset,
    splits: [0.6, 0.15, 0.25],
    seed: 1,
  });
  const { train, val, test } = version.counts;
  note(`dataset ${version.name}@${version.version}`, `train ${train}, val ${val}, test ${test}`);
}

async function train(stage: DemoStage, title: string, parameters: object, note: Note): Promise<number> {
  const run = await stage.client.training.startRun({ dataset: firstDataset, model: demoModel, parameters });
  if (run.job) await stage.waitForJob(run.job.id);
  const ended = await stage.client.training.getRun({ id: run.id });
  if (ended.modelVersion === null)
    throw new Error(`${title} ended ${ended.status}: ${ended.reason ?? 'no reason given'}`);
  note(`train ${title}`, describeRun(ended));
  return ended.modelVersion;
}

function describeRun(run: Run): string {
  const seconds = run.startedAt && run.endedAt ? Math.round((run.endedAt - run.startedAt) / 1000) : 0;
  const accuracy = run.metrics['test/accuracy'];
  return `version ${run.modelVersion}, test accuracy ${accuracy === undefined ? 'unknown' : percent(accuracy)}, ${seconds} s`;
}

async function predictOverRest(stage: DemoStage, note: Note): Promise<void> {
  const pictures = await stage.listFreshPictures();
  let right = 0;
  let version = 0;
  for (const { file, className } of pictures) {
    const prediction = await stage.predict(file);
    if (prediction.label === className) right++;
    version = prediction.version;
  }
  note('predict through REST', `${right} of ${pictures.length} new pictures right, answered by v${version}`);
}

async function evaluate(stage: DemoStage, model: string, dataset: string): Promise<Evaluation> {
  const { id, jobId } = await stage.client.evaluation.startEvaluation({ model, dataset });
  await stage.waitForJob(jobId);
  return stage.client.evaluation.getEvaluation({ id });
}

async function replaceChampion(stage: DemoStage, first: number, second: number, note: Note): Promise<void> {
  const { client } = stage;
  const comparison = await client.evaluation.compareModels({
    a: `${demoModel}/${first}`,
    b: `${demoModel}/${second}`,
    dataset: `${firstDataset}/test`,
  });
  note(
    `compare v${first} and v${second} on the same ${comparison.count} test pictures`,
    describeComparison(comparison),
  );
  const promoted = await client.deployment.promote({
    model: `${demoModel}/${second}`,
    reason: 'better on both cameras',
    force: false,
  });
  note(`promote v${second}`, describeSwitch(promoted));
  await expectAnswerFrom(stage, second);
  const back = await client.deployment.rollback({ model: demoModel, reason: 'rehearsal of a rollback' });
  note(`roll back to v${back.toVersion}`, describeSwitch(back));
  await expectAnswerFrom(stage, first);
  const forward = await client.deployment.promote({
    model: `${demoModel}/${second}`,
    reason: 'rehearsal done',
    force: false,
  });
  note(`forward again to v${second}`, describeSwitch(forward));
  await expectAnswerFrom(stage, second);
}

async function expectAnswerFrom(stage: DemoStage, version: number): Promise<void> {
  const [picture] = await stage.listFreshPictures();
  if (!picture) throw new Error('the demo drew no fresh pictures');
  const prediction = await stage.predict(picture.file);
  if (prediction.version !== version) {
    throw new Error(
      `expected version ${version} to answer, got an answer from version ${prediction.version}`,
    );
  }
}

function describeComparison(comparison: Comparison): string {
  const [low, high] = comparison.interval.map(signedPoints);
  const { a, b } = mainFiguresOf(comparison);
  const test =
    comparison.task === 'classification' ? `, McNemar p = ${comparison.pValue.toPrecision(2)}` : '';
  return `${percent(a.value ?? 0)} → ${percent(b.value ?? 0)}, difference ${signedPoints(comparison.difference)} (95 % ${low} to ${high})${test}`;
}

function describeSwitch(event: DeploymentEvent): string {
  const took = event.switchMs === null ? '' : `, switched in ${Math.round(event.switchMs)} ms`;
  return `v${event.fromVersion ?? 'none'} → v${event.toVersion}${took}`;
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
const signedPoints = (share: number | undefined) =>
  `${(share ?? 0) >= 0 ? '+' : ''}${(100 * (share ?? 0)).toFixed(1)} points`;
