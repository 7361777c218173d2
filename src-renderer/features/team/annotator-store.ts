/** Who labels in this window: kept for the window, and for the next one that is opened in this browser. */
import { create } from 'zustand';

const storageKey = 'fieldstation.annotator';

interface AnnotatorStore {
  /** Undefined: the station's operator, who works on the accepted labels. */
  readonly annotator: string | undefined;
  readonly choose: (annotator: string | undefined) => void;
}

export const useAnnotator = create<AnnotatorStore>((set) => ({
  annotator: (sessionStorage.getItem(storageKey) ?? localStorage.getItem(storageKey)) || undefined,
  choose: (annotator) => {
    for (const storage of [sessionStorage, localStorage]) storage.setItem(storageKey, annotator ?? '');
    set({ annotator });
  },
}));

/** As calls take it: without a name they are about the accepted labels. */
export function annotatorInput(): { annotator?: string } {
  const { annotator } = useAnnotator.getState();
  return annotator === undefined ? {} : { annotator };
}
