/** Calls about classes and labels. */
import type { Annotation } from '../loop/annotation/annotation.ts';
import type { AutoLabels } from '../loop/annotation/auto-label/auto-labels.ts';
import type { Quality } from '../loop/annotation/quality/quality.ts';
import type { Queues } from '../loop/annotation/queues/queues.ts';
import type { BlindDesk } from '../loop/annotation/team/blind-desk.ts';
import type { Comments } from '../loop/annotation/team/comments.ts';
import type { ConsensusDesk } from '../loop/annotation/team/consensus.ts';
import type { Gold } from '../loop/annotation/team/gold.ts';
import type { Team } from '../loop/annotation/team/team.ts';
import type { Implementer } from './implementer.ts';

export interface AnnotationServices {
  readonly annotation: Annotation;
  readonly autoLabels: AutoLabels;
  readonly quality: Quality;
  readonly queues: Queues;
  readonly blindDesk: BlindDesk;
  readonly consensusDesk: ConsensusDesk;
  readonly team: Team;
  readonly gold: Gold;
  readonly comments: Comments;
}

export function createAnnotationApi({ annotation: api }: Implementer, services: AnnotationServices) {
  const { annotation, autoLabels, quality, queues, blindDesk, consensusDesk, team, gold, comments } =
    services;
  return {
    listClasses: api.listClasses.handler(() => annotation.listClasses()),
    addClass: api.addClass.handler(({ input }) => annotation.addClass(input.name)),
    setClass: api.setClass.handler(({ input }) => blindDesk.setClass(input)),
    rejectLabels: api.rejectLabels.handler(({ input }) => annotation.rejectLabels(input)),
    getAnnotation: api.getAnnotation.handler(({ input }) => blindDesk.getAnnotation(input)),
    editAnnotation: api.editAnnotation.handler(({ input }) => blindDesk.editAnnotation(input)),
    undo: api.undo.handler(({ input }) => blindDesk.undo(input ?? {})),
    redo: api.redo.handler(({ input }) => blindDesk.redo(input ?? {})),
    startAutoLabel: api.startAutoLabel.handler(({ input }) => autoLabels.startAutoLabel(input)),
    listAutoLabels: api.listAutoLabels.handler(({ input }) => autoLabels.listAutoLabels(input.limit)),
    listQueues: api.listQueues.handler(({ input }) => queues.listQueues(input?.annotator)),
    startScoring: api.startScoring.handler(({ input }) => autoLabels.startScoring(input)),
    findScore: api.findScore.handler(({ input }) => queues.findScore(input.imageHash)),
    confirmLabel: api.confirmLabel.handler(({ input }) => queues.confirmLabel(input)),
    chooseDiverse: api.chooseDiverse.handler(({ input }) => queues.chooseDiverse(input)),
    checkQuality: api.checkQuality.handler(() => quality.checkQuality()),
    startQualityMeasuring: api.startQualityMeasuring.handler(() => quality.startMeasuring()),
    listDuplicateGroups: api.listDuplicateGroups.handler(({ input }) => quality.listDuplicateGroups(input)),
    decideQuality: api.decideQuality.handler(({ input }) => quality.decide(input)),
    takeBackPictures: api.takeBackPictures.handler(({ input }) => quality.takeBack(input.imageHashes)),
    undoQualityDecision: api.undoQualityDecision.handler(() => quality.undoDecision()),
    listAnnotators: api.listAnnotators.handler(() => team.listAnnotators()),
    getAgreement: api.getAgreement.handler(() => team.getAgreement()),
    listDisagreements: api.listDisagreements.handler(({ input }) => team.listDisagreements(input)),
    listAnsweredPictures: api.listAnsweredPictures.handler(({ input }) =>
      consensusDesk.listAnsweredPictures(input.limit),
    ),
    previewConsensus: api.previewConsensus.handler(({ input }) =>
      consensusDesk.previewConsensus(input.imageHashes),
    ),
    applyConsensus: api.applyConsensus.handler(({ input }) =>
      consensusDesk.applyConsensus(input.imageHashes),
    ),
    undoConsensus: api.undoConsensus.handler(() => consensusDesk.undoConsensus()),
    markGold: api.markGold.handler(({ input }) => gold.markGold(input)),
    listGold: api.listGold.handler(() => gold.listGold()),
    addComment: api.addComment.handler(({ input }) => comments.addComment(input)),
    listComments: api.listComments.handler(({ input }) => comments.listComments(input.imageHash)),
    resolveComment: api.resolveComment.handler(({ input }) => comments.resolveComment(input)),
    listRevisions: api.listRevisions.handler(({ input }) => annotation.listRevisions(input.imageHash)),
  };
}
