/** `team`: who labels, how far they agree, and the labels that their answers come to. */
import type { Command } from 'commander';
import type { PictureConsensus, TeamAgreement } from '../../../../src-preload/contract/agreement.ts';
import type { ImageHash } from '../../../../src-preload/contract/ids.ts';
import { teamRuleSchema } from '../../../../src-preload/contract/team.ts';
import { AppError } from '../../../base/app-error.ts';
import type { Installation } from '../../installation.ts';
import { type Answer, type Cell, formatFields, formatPercent, formatTable, formatTime } from '../answer.ts';
import { type CommonOptions, runWithStation, type StationContext } from '../command.ts';
import { parseInput } from '../parsed-input.ts';

type Client = StationContext['client'];

interface RuleOptions extends CommonOptions {
  readonly share?: string;
  readonly quorum?: string;
  readonly iou?: string;
}

interface ConsensusOptions extends CommonOptions {
  readonly preview?: true;
  readonly apply?: true;
  readonly undo?: true;
}

export function registerTeam(program: Command, installation: Installation): void {
  const team = program.command('team').description('several annotators: agreement and consensus');
  team
    .command('annotators')
    .description('who labels, how much, how quickly and how well')
    .action((options: CommonOptions) =>
      runWithStation(installation, options, ({ client }) => listAnnotators(client)),
    );
  team
    .command('agreement')
    .description('how far annotators agree: F1, mean IoU and Cohen’s kappa, pair by pair and class by class')
    .action((options: CommonOptions) =>
      runWithStation(installation, options, ({ client }) => tellAgreement(client)),
    );
  team
    .command('rule')
    .description('tell or set how pictures are shared out, and when answers make a label')
    .option('--share <share>', 'of the pictures that several answer, 0 to 1; 0 switches it off')
    .option('--quorum <share>', 'of the answers that must tell a thing')
    .option('--iou <overlap>', 'from which on two boxes are one thing')
    .action((options: RuleOptions) =>
      runWithStation(installation, options, ({ client }) => rule(client, options)),
    );
  team
    .command('consensus')
    .description('what the answers to pictures come to; changes nothing without --apply')
    .option('--preview', 'only tell what would be taken (default)')
    .option('--apply', 'label the pictures so, in one step')
    .option('--undo', 'take the last one back, whatever was labelled since')
    .action((options: ConsensusOptions) =>
      runWithStation(installation, options, ({ client }) => consensus(client, options)),
    );
}

async function listAnnotators(client: Client): Promise<Answer> {
  const annotators = await client.annotation.listAnnotators();
  const titles = [
    'annotator',
    'pictures',
    'an hour',
    'boxes',
    'corrected',
    'agreement',
    'truth',
    'last seen',
  ];
  const rows = annotators.map((row) => [
    ...[row.name, row.pictures, row.picturesPerHour === null ? null : Math.round(row.picturesPerHour)],
    ...[row.boxes, row.corrections, formatPercent(row.agreement), formatPercent(row.goldScore)],
    formatTime(row.lastSeenAt),
  ]);
  const text = rows.length === 0 ? 'nobody has labelled by hand yet' : formatTable(titles, rows);
  return { document: { annotators }, text };
}

async function tellAgreement(client: Client): Promise<Answer> {
  const agreement = await client.annotation.getAgreement();
  const text = agreement.pairs.length === 0 ? 'no picture has two answers yet' : describeAgreement(agreement);
  return { document: agreement, text };
}

function describeAgreement({ pictures, iou, tagAlpha, pairs, classes }: TeamAgreement): string {
  const figures = ['pictures', 'differing', 'F1', 'mean IoU', 'kappa'];
  const rowOf = (one: TeamAgreement['classes'][number] | TeamAgreement['pairs'][number]): Cell[] => [
    ...[one.differing, formatPercent(one.f1), one.meanIou?.toFixed(3), one.kappa?.toFixed(3)],
  ];
  const pairRows = pairs.map((pair) => [`${pair.first}, ${pair.second}`, pair.pictures, ...rowOf(pair)]);
  const classRows = classes.map((one) => [one.className, one.things, ...rowOf(one)]);
  return [
    formatFields({ pictures, 'boxes matched from IoU': iou, 'alpha of classes': tagAlpha?.toFixed(3) }),
    formatTable(['annotators', ...figures], pairRows),
    formatTable(['class', 'things', ...figures.slice(1)], classRows),
  ].join('\n\n');
}

async function rule(client: Client, { share, quorum, iou }: RuleOptions): Promise<Answer> {
  const { team } = await client.system.getSettings();
  const asked = parseInput(teamRuleSchema, {
    overlapShare: share === undefined ? team.overlapShare : Number(share),
    quorum: quorum === undefined ? team.quorum : Number(quorum),
    iou: iou === undefined ? team.iou : Number(iou),
  });
  const isAsked = share !== undefined || quorum !== undefined || iou !== undefined;
  const { team: kept } = isAsked ? await client.system.updateSettings({ team: asked }) : { team };
  return { document: kept, text: formatFields({ ...kept }) };
}

/** The contract's limit for one call. */
const mostPictures = 1000;

async function consensus(client: Client, { preview, apply, undo }: ConsensusOptions): Promise<Answer> {
  if ([preview, apply, undo].filter(Boolean).length > 1) {
    throw new AppError('INPUT_INVALID', 'expected one of --preview, --apply and --undo, got more', {});
  }
  if (undo) return undoConsensus(client);
  const waiting = await client.annotation.listAnsweredPictures({ limit: mostPictures });
  const imageHashes = waiting.filter(({ answers }) => answers > 1).map(({ imageHash }) => imageHash);
  if (imageHashes.length === 0)
    return { document: { pictures: [] }, text: 'no picture has two answers that wait' };
  const pictures = await client.annotation.previewConsensus({ imageHashes });
  const applied = apply ? await client.annotation.applyConsensus({ imageHashes }) : undefined;
  return {
    document: { pictures: pictures.map(toDocument), ...applied },
    text: describeConsensus(pictures, applied),
  };
}

async function undoConsensus(client: Client): Promise<Answer> {
  const undone = await client.annotation.undoConsensus({});
  const count = undone.imageHashes.length;
  return {
    document: undone,
    text: count === 0 ? 'there is no consensus to undo' : `${count} pictures undone`,
  };
}

function toDocument({ answers, ...picture }: PictureConsensus) {
  return { ...picture, annotators: answers.map(({ annotator }) => annotator) };
}

function describeConsensus(
  pictures: readonly PictureConsensus[],
  applied: { readonly changed: readonly ImageHash[]; readonly undecided: readonly ImageHash[] } | undefined,
): string {
  const rows = pictures.map(({ fileName, answers, className, boxes, disputed, isDecided, rejectedBy }) => [
    ...[fileName, answers.length, className, boxes.length, disputed.length],
    isDecided ? 'decided' : rejectedBy.length > 0 ? `rejected by ${rejectedBy.join(', ')}` : 'undecided',
  ]);
  const table = formatTable(['picture', 'answers', 'class', 'boxes', 'left out', 'outcome'], rows);
  const told = applied
    ? `${applied.changed.length} labelled, ${applied.undecided.length} undecided and left as they are`
    : 'nothing is changed: --apply labels the pictures so';
  return `${table}\n\n${told}`;
}
