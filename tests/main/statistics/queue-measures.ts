/** Made by tests/oracles/labelling/queues.py with NumPy, SciPy and the authors' cleanlab. */
import { readFileSync } from 'node:fs';
import type { GivenBox } from '../../../src-main/statistics/box-suspicion.ts';
import type {
  BoxUncertainty,
  ClassUncertainty,
  ScoredBox,
} from '../../../src-main/statistics/uncertainty.ts';

interface Golden {
  readonly classes: readonly (ClassUncertainty & { readonly probabilities: number[] })[];
  readonly boxes: readonly (BoxUncertainty & { readonly boxes: ScoredBox[] })[];
  readonly suspicions: readonly {
    readonly given: GivenBox[];
    readonly found: ScoredBox[];
    readonly suspicion: number;
  }[];
  readonly selfConfidences: readonly {
    readonly label: string;
    readonly probabilities: number[];
    readonly suspicion: number;
  }[];
  readonly kCenter: readonly {
    readonly width: number;
    readonly points: number[];
    readonly centers: number[];
    readonly chosen: number[];
    readonly distances: (number | null)[];
  }[];
}

export const golden: Golden & { readonly classNames: readonly string[] } = {
  classNames: ['cell', 'dust', 'hair'],
  ...JSON.parse(readFileSync(new URL('../../fixtures/labelling/queues.json', import.meta.url), 'utf8')),
};
