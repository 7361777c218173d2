/** Who labels here: how much, how quickly, how far they agree with each other and with the known truth. */
import type {
  AnnotatorActivity,
  AnnotatorPair,
  PictureDisagreement,
  TeamAgreement,
} from '../../../../src-preload/contract/agreement.ts';
import { measureAgreement } from '../../../statistics/agreement.ts';
import { measureAlpha } from '../../../statistics/agreement-coefficients.ts';
import { type AnsweredTwice, isDisputed, listToldThings } from '../../../statistics/told-things.ts';
import type { Store } from '../../../store/store.ts';
import type { AnnotatorRow, StoredAnswer } from '../../../store/tables/opinions.ts';
import { type AskedPair, listDisagreements } from './disagreements.ts';

export interface Team {
  /** By name. */
  listAnnotators(): AnnotatorActivity[];
  /** Of all answers that are submitted, pictures of known truth among them. */
  getAgreement(): TeamAgreement;
  /** Most disputed first. */
  listDisagreements(asked: AskedPair): PictureDisagreement[];
}

export type TeamStore = Pick<Store, 'opinions' | 'goldPictures' | 'imageQueries' | 'settings'>;

export function createTeam({ store }: { readonly store: TeamStore }): Team {
  return {
    listAnnotators: () => {
      const { iou } = store.settings.read().team;
      const answers = store.opinions.listAnswers();
      const twice = listAnsweredTwice(answers);
      const byGold = listGoldAnswers(store, answers);
      return store.opinions.listAnnotators().map((row) => ({
        ...toActivity(row),
        ...measureAgainst(row.name, { twice, byGold, iou }),
      }));
    },
    getAgreement: () => {
      const { iou } = store.settings.read().team;
      const answers = store.opinions.listAnswers();
      const twice = listAnsweredTwice(answers);
      const pairs = Map.groupBy(twice, ({ names }) => JSON.stringify(names));
      return {
        iou,
        pictures: new Set(twice.map(({ imageHash }) => imageHash)).size,
        tagAlpha: measureAlpha(listTags(answers)),
        pairs: [...pairs.values()].flatMap((pictures) => toPair(pictures, iou)),
        classes: measureWithDifferences(twice, iou).classes,
      };
    },
    listDisagreements: (asked) => listDisagreements(store, asked),
  };
}

/** Two answers to one picture; the names in their order. */
interface NamedTwice extends AnsweredTwice {
  readonly imageHash: string;
  readonly names: readonly [string, string];
}

function listAnsweredTwice(answers: readonly StoredAnswer[]): NamedTwice[] {
  return [...Map.groupBy(answers, ({ imageHash }) => imageHash)].flatMap(([imageHash, those]) =>
    those.flatMap((first, place) =>
      those.slice(place + 1).map((second): NamedTwice => {
        return { imageHash, first, second, names: [first.annotator, second.annotator] };
      }),
    ),
  );
}

/** @param pictures that the same two have answered */
function toPair(pictures: readonly NamedTwice[], iou: number): AnnotatorPair[] {
  const [first, second] = pictures[0]?.names ?? [];
  if (first === undefined || second === undefined) return [];
  return [{ first, second, ...measureWithDifferences(pictures, iou) }];
}

function measureWithDifferences(pictures: readonly AnsweredTwice[], iou: number) {
  const told = pictures.map((picture) => listToldThings(picture, iou));
  const countDiffering = (className?: string) =>
    told.filter((things) => things.some((thing) => isDisputed(thing, className))).length;
  const { classes, ...measured } = measureAgreement(pictures, iou);
  return {
    ...measured,
    differing: countDiffering(),
    classes: classes.map((one) => ({ ...one, differing: countDiffering(one.className) })),
  };
}

function listTags(answers: readonly StoredAnswer[]): string[][] {
  const pictures = Map.groupBy(answers, ({ imageHash }) => imageHash);
  return [...pictures.values()].map((those) => those.flatMap(({ className }) => className ?? []));
}

interface GoldAnswer extends AnsweredTwice {
  readonly annotator: string;
}

function listGoldAnswers({ goldPictures }: TeamStore, answers: readonly StoredAnswer[]): GoldAnswer[] {
  const truths = new Map(goldPictures.listTruths().map((truth) => [truth.imageHash, truth]));
  return answers.flatMap((second) => {
    const first = truths.get(second.imageHash);
    return first ? [{ first, second, annotator: second.annotator }] : [];
  });
}

const minuteMs = 60_000;

function toActivity({ activeMs, ...row }: AnnotatorRow) {
  const picturesPerHour = activeMs < minuteMs ? null : (row.pictures / activeMs) * 60 * minuteMs;
  return { ...row, picturesPerHour };
}

function measureAgainst(
  name: string,
  {
    twice,
    byGold,
    iou,
  }: { readonly twice: readonly NamedTwice[]; readonly byGold: readonly GoldAnswer[]; readonly iou: number },
) {
  const shared = twice.filter(({ names }) => names.includes(name));
  const gold = byGold.filter(({ annotator }) => annotator === name);
  return {
    agreement: measureAgreement(shared, iou).f1,
    goldPictures: gold.length,
    goldScore: measureAgreement(gold, iou).f1,
  };
}
