/** The boxes of a picture in words; pointing at one shows which it is. */
import { CircleCheck, CircleX } from 'lucide-react';
import classes from './BoxList.module.css';
import { formatScore, type ShownBox } from './shown-boxes.ts';

interface BoxListProps {
  readonly fileName: string;
  readonly boxes: readonly ShownBox[];
  readonly highlighted: string | null;
  readonly onHighlight: (key: string | null) => void;
}

/** Longer lists are not read, but cost time to draw. */
const listedBoxes = 200;

export function BoxList({ fileName, boxes, highlighted, onHighlight }: BoxListProps) {
  return (
    <aside className={classes.side} aria-label="Boxes" data-testid="box-list">
      <h2 className={classes.file} title={fileName}>
        {fileName}
      </h2>
      <BoxGroup
        title="Detections"
        boxes={boxes.filter((box) => !box.isTruth)}
        {...{ highlighted, onHighlight }}
      />
      <BoxGroup title="Truth" boxes={boxes.filter((box) => box.isTruth)} {...{ highlighted, onHighlight }} />
    </aside>
  );
}

interface BoxGroupProps extends Omit<BoxListProps, 'fileName'> {
  readonly title: string;
}

function BoxGroup({ title, boxes, highlighted, onHighlight }: BoxGroupProps) {
  return (
    <section aria-label={title}>
      <h3 className={classes.heading}>
        {title} <small>{boxes.length}</small>
      </h3>
      <ul className={classes.list}>
        {boxes.slice(0, listedBoxes).map((box) => (
          <li key={box.key}>
            <button
              type="button"
              className={classes.box}
              data-faint={box.isFaint || undefined}
              data-highlighted={box.key === highlighted || undefined}
              onMouseEnter={() => onHighlight(box.key)}
              onMouseLeave={() => onHighlight(null)}
              onFocus={() => onHighlight(box.key)}
              onBlur={() => onHighlight(null)}
            >
              <Mark isWrong={box.isWrong} />
              <span className={classes.text}>
                <span className={classes.name}>
                  <span
                    className={classes.swatch}
                    data-truth={box.isTruth || undefined}
                    style={{ borderColor: box.color }}
                  />
                  {box.className}
                  {box.score !== null && <strong>{formatScore(box.score)}</strong>}
                </span>
                <small>{box.verdict}</small>
              </span>
            </button>
          </li>
        ))}
      </ul>
      {boxes.length > listedBoxes && <p className={classes.more}>and {boxes.length - listedBoxes} more</p>}
    </section>
  );
}

function Mark({ isWrong }: { readonly isWrong: boolean }) {
  return isWrong ? (
    <CircleX size={15} className={classes.wrong} aria-label="Wrong" />
  ) : (
    <CircleCheck size={15} className={classes.right} aria-label="Right" />
  );
}
