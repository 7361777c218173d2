/** What the model that looked last says of the picture, held against its label: kept by one key, corrected by another. */
import { Button } from '@mantine/core';
import { Check, WandSparkles } from 'lucide-react';
import type { BoxGeometry, Exposure, LabelIssue, PictureScore } from '../../../src-preload/contract/index.ts';
import { formatCount, formatPercent } from '../../components/formatting.ts';
import { KeyHint } from '../../components/KeyHint.tsx';
import { useDesk } from './desk-store.ts';
import type { DeskCommand } from './keymap.ts';
import classes from './ScorePanel.module.css';

interface ScorePanelProps {
  readonly score: PictureScore;
  readonly onRun: (command: DeskCommand) => void;
  readonly onShow: (box: BoxGeometry) => void;
}

export function ScorePanel({ score, onRun, onShow }: ScorePanelProps) {
  const { judgement, classes: said, model } = score;
  const issues = judgement?.issues ?? [];
  const isDecided = judgement !== null && judgement.decidedBy !== null;
  return (
    <section
      className={classes.panel}
      aria-label="What the model says"
      data-suspect={(judgement?.isSuspect && !isDecided) || undefined}
      data-testid="score-panel"
    >
      <h2 className={classes.title}>{model} says</h2>
      {said.slice(0, 3).map(({ className, probability }) => (
        <p key={className} className={classes.class}>
          <span className={classes.share} style={{ width: `${100 * probability}%` }} />
          <span className={classes.name}>{className}</span>
          <span>{formatPercent(probability, 0)}</span>
        </p>
      ))}
      {judgement === null && said.length === 0 && <Seen boxes={score.boxes} onShow={onShow} />}
      <ul className={classes.issues}>
        {issues.map((issue) => (
          <li key={`${issue.kind} ${issue.boxId} ${issue.box?.x} ${issue.box?.y}`}>
            <Issue issue={issue} onShow={onShow} />
          </li>
        ))}
      </ul>
      {judgement !== null && issues.length === 0 && <p className={classes.note}>It agrees with the label.</p>}
      {isDecided && <p className={classes.note}>Kept or corrected by {judgement.decidedBy} since.</p>}
      {judgement !== null && <p className={classes.note}>{exposureTexts[score.exposure]}</p>}
      <div className={classes.buttons}>
        {issues.length > 0 && (
          <Button
            variant="default"
            leftSection={<Check size={16} aria-hidden />}
            rightSection={<CommandKey command="keepLabel" />}
            onClick={() => onRun('keepLabel')}
          >
            {isDecided ? 'Doubt it again' : 'Keep the label'}
          </Button>
        )}
        {(issues.length > 0 || (judgement === null && said.length > 0)) && (
          <Button
            variant="default"
            leftSection={<WandSparkles size={16} aria-hidden />}
            rightSection={<CommandKey command="acceptPredictions" />}
            onClick={() => onRun('acceptPredictions')}
          >
            Take the model’s
          </Button>
        )}
      </div>
    </section>
  );
}

const exposureTexts = {
  trained: 'It has learned from this picture, and may know its label by heart.',
  heldOut: 'It has not learned from this picture.',
  unknown: 'Whether it has learned from this picture is not known.',
} as const satisfies Record<Exposure, string>;

interface SeenProps {
  /** The surest first. */
  readonly boxes: PictureScore['boxes'];
  readonly onShow: (box: BoxGeometry) => void;
}

/** What a detector sees on a picture that nobody has labelled, with the way to what it is least sure of. */
function Seen({ boxes, onShow }: SeenProps) {
  const last = boxes.at(-1);
  if (!last) return <p className={classes.note}>It sees nothing here.</p>;
  const kinds = [...Map.groupBy(boxes, ({ className }) => className)];
  return (
    <>
      <span className={classes.text}>
        {kinds.map(([name, { length }]) => `${formatCount(length)} × ${name}`).join(', ')}
      </span>
      <button type="button" className={classes.issue} onClick={() => onShow(last)}>
        Least sure: {last.className}, {formatPercent(last.score, 0)}
      </button>
    </>
  );
}

interface IssueProps {
  readonly issue: LabelIssue;
  readonly onShow: (box: BoxGeometry) => void;
}

function Issue({ issue, onShow }: IssueProps) {
  const { box } = issue;
  const text = describeIssue(issue);
  if (box === null) return <span className={classes.text}>{text}</span>;
  return (
    <button type="button" className={classes.issue} onClick={() => onShow(box)}>
      {text}
    </button>
  );
}

function describeIssue({ kind, given, className, score, suspicion }: LabelIssue): string {
  switch (kind) {
    case 'class':
      return `The label says ${given}, which it gives ${formatPercent(1 - suspicion, 0)}.`;
    case 'swapped':
      return `${given}: rather ${className}, ${formatPercent(score, 0)}`;
    case 'badlyLocated':
      return `${given}: lies elsewhere, ${formatPercent(score, 0)}`;
    case 'overlooked':
      return `${className} overlooked, ${formatPercent(score, 0)}`;
    default:
      return kind satisfies never;
  }
}

function CommandKey({ command }: { readonly command: 'keepLabel' | 'acceptPredictions' }) {
  const [key] = useDesk((desk) => desk.keymap[command]);
  return key === undefined ? null : <KeyHint keys={key} />;
}
