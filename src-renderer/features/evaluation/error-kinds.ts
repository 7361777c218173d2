/** The kinds of a detector's errors in words. */
import type { ShownKind } from './evaluation-href.ts';

interface KindText {
  readonly name: string;
  readonly meaning: string;
}

export const kindTexts = {
  classification: { name: 'Wrong class', meaning: 'Right place, named as another class' },
  localization: { name: 'Badly placed', meaning: 'Right class, but the box is too far off' },
  both: { name: 'Class and place', meaning: 'Named as another class and too far off' },
  duplicate: { name: 'Found twice', meaning: 'A second box on something found already' },
  background: { name: 'Nothing there', meaning: 'A box where the truth has nothing' },
  missed: { name: 'Missed', meaning: 'No box comes near what is there' },
  correct: { name: 'Correct', meaning: 'The right class at the right place' },
} as const satisfies Record<ShownKind, KindText>;
