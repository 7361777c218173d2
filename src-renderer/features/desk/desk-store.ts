/** How the desk is set: tool, class, selection, what is hidden, brightness; and what goes from picture to picture. */
import { create } from 'zustand';
import type { BoxId, ImageHash } from '../../../src-preload/contract/index.ts';
import type { PutBox } from './annotation-edit.ts';
import { type ClassKeys, readClassKeys, writeClassKeys } from './class-keys.ts';
import { type Keymap, readKeymap, writeKeymap } from './keymap.ts';

/** With `tag` the classes are for the picture itself; the mouse selects as with `select`. */
export type Tool = 'box' | 'select' | 'tag';

/** Percent of what the picture has. */
export interface Adjustment {
  readonly brightness: number;
  readonly contrast: number;
}

export const plainAdjustment: Adjustment = { brightness: 100, contrast: 100 };

interface DeskStore {
  readonly tool: Tool;
  /** The class of the next box, until another is chosen. */
  readonly className: string | null;
  readonly selected: ReadonlySet<BoxId>;
  readonly areBoxesHidden: boolean;
  readonly hasMagnifier: boolean;
  readonly adjustment: Adjustment;
  readonly clipboard: readonly PutBox[];
  /** What was left last, for taking over its boxes. */
  readonly previous: ImageHash | null;
  readonly keymap: Keymap;
  readonly classKeys: ClassKeys;
  readonly set: (part: Partial<DeskSettings>) => void;
  readonly setKeymap: (keymap: Keymap) => void;
  readonly setClassKeys: (classKeys: ClassKeys) => void;
}

type DeskSettings = Omit<DeskStore, 'set' | 'setKeymap' | 'keymap' | 'setClassKeys' | 'classKeys'>;

export const useDesk = create<DeskStore>((set) => ({
  tool: 'box',
  className: null,
  selected: new Set(),
  areBoxesHidden: false,
  hasMagnifier: true,
  adjustment: plainAdjustment,
  clipboard: [],
  previous: null,
  keymap: readKeymap(localStorage),
  classKeys: readClassKeys(localStorage),
  set: (part) => set(part),
  setKeymap: (keymap) => {
    writeKeymap(localStorage, keymap);
    set({ keymap });
  },
  setClassKeys: (classKeys) => {
    writeClassKeys(localStorage, classKeys);
    set({ classKeys });
  },
}));
