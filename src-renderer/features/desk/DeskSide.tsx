/** Beside the picture: the classes with their keys, the chosen box, and who labelled what when. */
import { Button } from '@mantine/core';
import { Eraser } from 'lucide-react';
import type {
  Annotation,
  Box,
  BoxGeometry,
  Image,
  LabelClass,
  PictureScore,
} from '../../../src-preload/contract/index.ts';
import { formatCount, formatPercent, formatPlural } from '../../components/formatting.ts';
import { KeyHint } from '../../components/KeyHint.tsx';
import { AddClassForm } from '../annotation/AddClassForm.tsx';
import { LabelHistory } from '../annotation/LabelHistory.tsx';
import { AnnotatorChooser } from '../team/AnnotatorChooser.tsx';
import { CommentsSection } from '../team/CommentsSection.tsx';
import { GoldSwitch } from '../team/GoldSwitch.tsx';
import { AnswersSection } from './AnswersSection.tsx';
import { listClassKeys } from './class-keys.ts';
import classes from './DeskSide.module.css';
import { type Tool, useDesk } from './desk-store.ts';
import { ScorePanel } from './ScorePanel.tsx';
import type { DeskCommands } from './use-desk-commands.ts';

interface DeskSideProps {
  readonly image: Image;
  readonly annotation: Annotation | undefined;
  readonly labelClasses: readonly LabelClass[];
  readonly commands: DeskCommands;
  readonly isTagging: boolean;
  readonly score: PictureScore | undefined;
  /** Whether the answers of annotators are shown: they differ. */
  readonly isDisputed: boolean;
  readonly onShow: (box: BoxGeometry) => void;
}

export function DeskSide({
  image,
  annotation,
  labelClasses,
  commands,
  isTagging,
  score,
  onShow,
  isDisputed,
}: DeskSideProps) {
  const { selected, tool } = useDesk();
  const boxes = annotation?.boxes ?? [];
  const chosen = boxes.filter(({ id }) => selected.has(id));
  return (
    <aside className={classes.side} aria-label="Classes and boxes">
      <AnnotatorChooser />
      {score && <ScorePanel score={score} onRun={commands.run} onShow={onShow} />}
      {isDisputed && annotation?.isAnswer !== true && <AnswersSection imageHash={image.hash} />}
      <section>
        <h2 className={classes.title}>Classes</h2>
        <p className={classes.hint}>{hintFor(chosen.length, labelClasses.length, tool)}</p>
        <ClassList
          labelClasses={labelClasses}
          boxes={boxes}
          chosen={chosen}
          tagged={annotation?.className ?? null}
          onChoose={commands.chooseClass}
        />
        <AddClassForm existing={labelClasses} />
      </section>
      <Tag annotation={annotation} onTag={commands.tag} isShown={isTagging || tool === 'tag'} />
      {chosen.length > 0 && <Chosen chosen={chosen} />}
      <GoldSwitch imageHash={image.hash} isLabelled={annotation?.state === 'labelled'} />
      <CommentsSection imageHash={image.hash} />
      {annotation?.isAnswer !== true && <LabelHistory imageHash={image.hash} />}
    </aside>
  );
}

function hintFor(chosen: number, classCount: number, tool: Tool): string {
  if (classCount === 0) return 'Add the first class, then draw a box.';
  if (chosen > 0) return `A class changes ${formatPlural(chosen, 'chosen box', 'chosen boxes')}.`;
  return tool === 'tag' ? 'A class is given to the picture itself.' : 'The next boxes get the marked class.';
}

interface ClassListProps {
  readonly labelClasses: readonly LabelClass[];
  readonly boxes: readonly Box[];
  readonly chosen: readonly Box[];
  /** The class of the picture itself. */
  readonly tagged: string | null;
  readonly onChoose: (className: string) => void;
}

function ClassList({ labelClasses, boxes, chosen, tagged, onChoose }: ClassListProps) {
  const { className, keymap, classKeys, tool } = useDesk();
  const keys = listClassKeys({ keymap, classKeys }, labelClasses);
  const counts = Map.groupBy(boxes, (box) => box.className);
  return (
    <ul className={classes.list}>
      {labelClasses.map(({ name, color }, position) => (
        <li key={name}>
          <button
            type="button"
            className={classes.class}
            data-chosen={chosen.some((box) => box.className === name) || undefined}
            aria-pressed={(tool === 'tag' ? tagged : className) === name}
            onClick={() => onChoose(name)}
            data-testid="desk-class"
          >
            <span className={classes.swatch} style={{ background: color }} />
            <span className={classes.name}>{name}</span>
            <span className={classes.count}>{formatCount(counts.get(name)?.length ?? 0)}</span>
            <KeyHint keys={keys[position] ?? ''} />
          </button>
        </li>
      ))}
    </ul>
  );
}

interface TagProps extends Pick<DeskSideProps, 'annotation'> {
  readonly isShown: boolean;
  readonly onTag: (className: string | null) => void;
}

/** The class of the picture itself, where it has one. */
function Tag({ annotation, onTag, isShown }: TagProps) {
  const className = annotation?.className ?? null;
  if (className === null && !isShown) return null;
  return (
    <section className={classes.tag}>
      <span>
        Picture: <strong data-testid="desk-tag">{className ?? 'no class'}</strong>
      </span>
      {className !== null && (
        <Button
          variant="subtle"
          size="compact-sm"
          h={36}
          leftSection={<Eraser size={14} aria-hidden />}
          onClick={() => onTag(null)}
        >
          Take away
        </Button>
      )}
    </section>
  );
}

function Chosen({ chosen }: { readonly chosen: readonly Box[] }) {
  const [box, ...others] = chosen;
  if (!box) return null;
  if (others.length > 0)
    return <p className={classes.hint}>{formatPlural(chosen.length, 'box', 'boxes')} chosen.</p>;
  const facts: ReadonlyArray<readonly [string, string]> = [
    ['Place', `${round(box.x)}, ${round(box.y)}`],
    ['Size', `${round(box.width)} × ${round(box.height)} px`],
    ['Made by', box.model ?? box.author],
    ...(box.score === null ? [] : [['Certainty', formatPercent(box.score, 0)] as const]),
    ...Object.entries(box.attributes).map(([name, value]) => [name, String(value)] as const),
  ];
  return (
    <section aria-label="The chosen box" data-testid="desk-chosen">
      <h2 className={classes.title}>{box.className}</h2>
      <dl className={classes.facts}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function round(value: number): string {
  return value.toFixed(value % 1 === 0 ? 0 : 1);
}
