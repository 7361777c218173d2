/** Which runs are looked at side by side: kept in the address, so that a view can be linked to and gone back to. */
import { useLocation, useSearch } from 'wouter';

/** More lines than this can not be told apart. */
export const selectionLimit = 8;

export interface ExperimentSelection {
  /** In the order in which they were picked: it gives the colours. */
  readonly ids: readonly string[];
  readonly isFull: boolean;
  readonly toggle: (id: string) => void;
  readonly clear: () => void;
}

export function useExperimentSelection(): ExperimentSelection {
  const [, navigate] = useLocation();
  const ids = new URLSearchParams(useSearch()).getAll('run');
  const select = (next: readonly string[]): void => {
    const search = new URLSearchParams(next.map((id) => ['run', id])).toString();
    navigate(search === '' ? '/experiments' : `/experiments?${search}`, { replace: true });
  };
  return {
    ids,
    isFull: ids.length >= selectionLimit,
    toggle: (id) => select(ids.includes(id) ? ids.filter((one) => one !== id) : [...ids, id]),
    clear: () => select([]),
  };
}
