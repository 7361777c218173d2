/**
 * What a picture shows, and strokes on it: seen at once, sent in their order, durable when the station has answered. There
 * is nothing to save.
 */
import {
  type QueryClient,
  useIsMutating,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import type { Annotation, AnnotationReceipt, ImageHash } from '../../../src-preload/contract/index.ts';
import { station, stationClient } from '../../client/station.ts';
import { notifyFailure } from '../../components/notify.tsx';
import { annotatorInput } from '../team/annotator-store.ts';
import { announceGold } from '../team/announce-gold.ts';
import { applyStroke, type Stroke } from './annotation-edit.ts';

const mutationKey = ['desk', 'stroke'];
/** One after the other, so that undo takes back what came last. */
const scope = { id: 'desk' };

/** Of what is done to a picture beside strokes, and counts as one of them. */
export const strokeOrder = { mutationKey, scope } as const;

interface SentStroke {
  readonly imageHash: ImageHash;
  readonly stroke: Stroke;
}

interface Travel {
  readonly imageHash: ImageHash;
  readonly way: 'undo' | 'redo';
}

export interface AnnotationEdits {
  readonly edit: (imageHash: ImageHash, stroke: Stroke) => void;
  readonly undo: (imageHash: ImageHash) => void;
  readonly redo: (imageHash: ImageHash) => void;
  /** Strokes that the station has not answered yet. */
  readonly waiting: number;
}

/** As whoever labels in this window sees it. */
export function annotationOptions(imageHash: ImageHash) {
  const input = { imageHash, ...annotatorInput() };
  return station.annotation.getAnnotation.queryOptions({ input, staleTime: 30_000 });
}

export function useAnnotation(imageHash: ImageHash | undefined) {
  const options = annotationOptions(imageHash ?? ('' as ImageHash));
  return useQuery({ ...options, enabled: imageHash !== undefined });
}

export function useAnnotationEdits(): AnnotationEdits {
  const queryClient = useQueryClient();
  const settings = useQuery(station.system.getSettings.queryOptions());
  const author = annotatorInput().annotator ?? settings.data?.operator ?? '';
  const edit = useMutation({
    mutationKey,
    scope,
    mutationFn: ({ imageHash, stroke }: SentStroke) =>
      stationClient.annotation.editAnnotation({ imageHash, ...annotatorInput(), ...toInput(stroke) }),
    onMutate: ({ imageHash, stroke }) =>
      setAnnotation(queryClient, imageHash, (shown) => applyStroke(shown, stroke, author)),
    onSuccess: (receipt) => {
      takeReceipt(queryClient, receipt);
      if (receipt.goldFeedback) announceGold(receipt.goldFeedback);
    },
    onError: (error, { imageHash }) => {
      notifyFailure('The stroke was not taken', error);
      void reread(queryClient, imageHash);
    },
  });
  const travel = useMutation({
    mutationKey,
    scope,
    mutationFn: ({ imageHash, way }: Travel) =>
      stationClient.annotation[way]({ imageHash, ...annotatorInput() }),
    onSuccess: (_, { imageHash }) => reread(queryClient, imageHash),
    onError: (error, { way }) => notifyFailure(way === 'undo' ? 'Nothing undone' : 'Nothing redone', error),
  });
  return {
    edit: (imageHash, stroke) => edit.mutate({ imageHash, stroke }),
    undo: (imageHash) => travel.mutate({ imageHash, way: 'undo' }),
    redo: (imageHash) => travel.mutate({ imageHash, way: 'redo' }),
    waiting: useIsMutating({ mutationKey }),
  };
}

/** Where the stroke was made on another revision than the one shown, someone else has edited: that is read. */
function takeReceipt(queryClient: QueryClient, receipt: AnnotationReceipt): void {
  const { imageHash, revisionId, previousRevisionId } = receipt;
  const shown = queryClient.getQueryData<Annotation>(annotationOptions(imageHash).queryKey);
  if (!shown) return;
  const isOurs = shown.revisionId === previousRevisionId;
  setAnnotation(queryClient, imageHash, (annotation) => ({ ...annotation, revisionId }));
  if (isOurs) return;
  void strokesKept(queryClient).then(() => reread(queryClient, imageHash));
}

/** Another window, a job or an import has changed pictures: what is shown of them is read again, between strokes. */
export function refreshAnnotations(queryClient: QueryClient, imageHashes: readonly ImageHash[]): void {
  // The answers of those that wait will tell whether another was before them.
  if (isWaiting(queryClient)) return;
  const changed = new Set<string>(imageHashes);
  void queryClient.invalidateQueries({
    queryKey: station.annotation.getAnnotation.key(),
    predicate: ({ state }) => changed.has((state.data as Annotation | undefined)?.imageHash ?? ''),
  });
}

/** Resolves once the station has answered every stroke: a list that is read then knows of them. */
export async function strokesKept(queryClient: QueryClient): Promise<void> {
  while (isWaiting(queryClient)) {
    await new Promise<void>((resolve) => {
      const stop = queryClient.getMutationCache().subscribe(() => {
        stop();
        resolve();
      });
    });
  }
}

function isWaiting(queryClient: QueryClient): boolean {
  return queryClient.isMutating({ mutationKey }) > 0;
}

function setAnnotation(
  queryClient: QueryClient,
  imageHash: ImageHash,
  change: (shown: Annotation) => Annotation,
): void {
  const { queryKey } = annotationOptions(imageHash);
  // What was under way was asked before the stroke.
  void queryClient.cancelQueries({ queryKey });
  queryClient.setQueryData<Annotation>(queryKey, (shown) => shown && change(shown));
}

function reread(queryClient: QueryClient, imageHash: ImageHash): Promise<void> {
  return queryClient.invalidateQueries({ queryKey: annotationOptions(imageHash).queryKey });
}

function toInput({ put = [], remove = [], ...rest }: Stroke) {
  return { put: put.map((box) => ({ ...box })), remove: [...remove], ...rest };
}
