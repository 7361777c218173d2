/** What is done with the chosen pictures beside labelling them: each at once, in parts that the station takes, and undoable. */
import { useQueryClient } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import type { ImageFilter, ImageHash } from '../../../src-preload/contract/index.ts';
import { stationClient } from '../../client/station.ts';
import { formatPlural } from '../../components/formatting.ts';
import { notifyDone, notifyFailure } from '../../components/notify.tsx';
import type { SelectionAction } from '../annotation/label-keys.ts';
import { deskHref } from '../desk/desk-queues.ts';
import { annotatorInput } from '../team/annotator-store.ts';
import { repeat } from './action-log.ts';
import { refreshLists } from './image-cache.ts';
import { dataHref } from './image-filter.ts';
import { useImageView } from './image-store.ts';
import { emptySelection, targets } from './selection.ts';

/** Pictures that the station changes between two turns for others. */
const partSize = 5_000;

interface ActionContext {
  readonly filter: ImageFilter;
  readonly openDialog: (dialog: 'autoLabel' | 'export') => void;
}

export function useSelectionActions({
  filter,
  openDialog,
}: ActionContext): (action: SelectionAction) => void {
  const queryClient = useQueryClient();
  const [, navigate] = useLocation();
  const settle = async (): Promise<void> => {
    useImageView.getState().setSelection(emptySelection);
    await refreshLists(queryClient);
  };
  const act = (action: SelectionAction) => {
    const hashes = targets(useImageView.getState().selection);
    if (hashes.length === 0) return;
    switch (action) {
      case 'autoLabel':
      case 'export':
        return openDialog(action);
      case 'desk':
        return void openDesk(filter, hashes, navigate);
      case 'showOnly':
        return void showOnly(hashes, navigate);
      case 'setAside':
      case 'takeBack':
      case 'reject':
        return void change(changes[action], hashes, settle);
      default:
        return action satisfies never;
    }
  };
  return (action) => useImageView.getState().whenSelected(() => act(action));
}

/** One picture is opened among the others of the filter; several become a row of their own. */
async function openDesk(
  filter: ImageFilter,
  hashes: readonly ImageHash[],
  navigate: (href: string) => void,
): Promise<void> {
  const [first] = hashes;
  if (hashes.length === 1) return navigate(deskHref(filter, first));
  const selection = await keep(hashes);
  if (selection !== undefined) navigate(deskHref({ selection }, first));
}

async function showOnly(hashes: readonly ImageHash[], navigate: (href: string) => void): Promise<void> {
  const selection = await keep(hashes);
  if (selection !== undefined) navigate(dataHref({ selection }));
}

async function keep(hashes: readonly ImageHash[]) {
  try {
    return (await stationClient.images.keepSelection({ imageHashes: [...hashes] })).id;
  } catch (error) {
    notifyFailure('The chosen pictures could not be kept', error);
    return undefined;
  }
}

interface Change {
  /** @returns how many pictures changed */
  readonly apply: (imageHashes: ImageHash[]) => Promise<number>;
  readonly undo: () => Promise<readonly ImageHash[]>;
  readonly movesPictures: boolean;
  /** `3 pictures` … */
  readonly done: string;
  readonly failed: string;
}

const undoDecision = async () => (await stationClient.annotation.undoQualityDecision({})).imageHashes;

const changes = {
  setAside: {
    apply: async (setAside) => (await stationClient.annotation.decideQuality({ setAside })).setAside,
    undo: undoDecision,
    movesPictures: true,
    done: 'set aside: in no queue and no new dataset version',
    failed: 'The pictures were not set aside',
  },
  takeBack: {
    apply: async (imageHashes) =>
      (await stationClient.annotation.takeBackPictures({ imageHashes })).takenBack,
    undo: undoDecision,
    movesPictures: true,
    done: 'taken back',
    failed: 'The pictures were not taken back',
  },
  reject: {
    apply: async (imageHashes) =>
      (await stationClient.annotation.rejectLabels({ imageHashes, ...annotatorInput() })).changed,
    undo: async () => (await stationClient.annotation.undo(annotatorInput())).imageHashes,
    movesPictures: false,
    done: 'rejected: they wait under Label to be looked at again',
    failed: 'The labels were not rejected',
  },
} as const satisfies Record<'setAside' | 'takeBack' | 'reject', Change>;

/** What was done before a part that failed stays, is told, and can be undone. */
async function change(
  { apply, undo, movesPictures, done, failed }: Change,
  hashes: readonly ImageHash[],
  settle: () => Promise<void>,
): Promise<void> {
  const parts = toParts(hashes);
  let changed = 0;
  let steps = 0;
  try {
    for (const part of parts) {
      const count = await apply(part);
      changed += count;
      if (count > 0) steps += 1;
    }
    notifyDone(`${formatPlural(changed, 'picture')} ${done}`, 'Ctrl+Z brings them back.');
  } catch (error) {
    notifyFailure(failed, error);
  }
  if (steps > 0) {
    const again = async (part: ImageHash[]) => ((await apply(part)) > 0 ? part : []);
    useImageView.getState().log({
      movesPictures,
      undo: () => repeat(steps, undo),
      redo: () => repeat(parts.length, (index) => again(parts[index] ?? [])),
    });
  }
  await settle();
}

function toParts(hashes: readonly ImageHash[]): ImageHash[][] {
  return Array.from({ length: Math.ceil(hashes.length / partSize) }, (_, index) =>
    hashes.slice(index * partSize, (index + 1) * partSize),
  );
}
