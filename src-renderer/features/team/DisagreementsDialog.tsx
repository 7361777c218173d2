/** The pictures on which two annotators disagree, one after the other, with what only one of them has told standing out. */
import { Button, Modal } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import type { PictureDisagreement } from '../../../src-preload/contract/index.ts';
import { pictureUrl } from '../../client/picture-url.ts';
import { station } from '../../client/station.ts';
import { BoxPicture } from '../../components/BoxPicture.tsx';
import { formatPlural } from '../../components/formatting.ts';
import { KeyHint } from '../../components/KeyHint.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { useClasses } from '../annotation/use-classes.ts';
import classes from './Team.module.css';

export interface AskedPair {
  readonly first: string;
  readonly second: string;
  /** Null: whatever the class. */
  readonly className: string | null;
}

interface DisagreementsDialogProps {
  /** Null while it is closed. */
  readonly pair: AskedPair | null;
  readonly onClose: () => void;
}

export function DisagreementsDialog({ pair, onClose }: DisagreementsDialogProps) {
  const title = pair && `${pair.first} and ${pair.second}${pair.className ? `: ${pair.className}` : ''}`;
  return (
    <Modal opened={pair !== null} onClose={onClose} title={title} size="90%">
      {pair && <Disagreements key={JSON.stringify(pair)} pair={pair} />}
    </Modal>
  );
}

function Disagreements({ pair: { className, ...pair } }: { readonly pair: AskedPair }) {
  const [asked, setAsked] = useState(0);
  const input = { ...pair, ...(className !== null && { className }) };
  const query = useQuery(station.annotation.listDisagreements.queryOptions({ input }));
  const pictures = query.data ?? [];
  const at = Math.min(asked, Math.max(0, pictures.length - 1));
  const move = (by: 1 | -1) => setAsked(Math.max(0, Math.min(pictures.length - 1, at + by)));
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrow keys beside the buttons that do the same
    <div
      onKeyDown={({ key }) => {
        if (key === 'ArrowLeft' || key === 'ArrowRight') move(key === 'ArrowRight' ? 1 : -1);
      }}
    >
      <Loaded query={query} height={420}>
        {() => {
          const shown = pictures[at];
          return shown === undefined ? (
            <p className={classes.hint}>The two agree on every picture.</p>
          ) : (
            <>
              <SideBySide picture={shown} />
              <div className={classes.steps}>
                <Button
                  variant="default"
                  data-autofocus
                  disabled={at === 0}
                  onClick={() => move(-1)}
                  rightSection={<KeyHint keys="←" />}
                >
                  Before
                </Button>
                <span data-testid="disagreement-place">
                  {at + 1} of {pictures.length}, {shown.fileName}:{' '}
                  {formatPlural(shown.disputed, 'difference')}
                </span>
                <Button
                  variant="default"
                  disabled={at >= pictures.length - 1}
                  onClick={() => move(1)}
                  rightSection={<KeyHint keys="→" />}
                >
                  Next
                </Button>
                <Button component={Link} href={`/desk?all=yes&at=${shown.imageHash}`} variant="default">
                  Open at the desk
                </Button>
              </div>
            </>
          );
        }}
      </Loaded>
    </div>
  );
}

function SideBySide({ picture }: { readonly picture: PictureDisagreement }) {
  const { colorOf } = useClasses();
  const { imageHash, width, height, fileName } = picture;
  return (
    <div className={classes.answers}>
      {picture.answers.map(({ annotator, className, isClassDisputed, boxes }) => (
        <figure key={annotator} className={classes.answer} data-testid="disagreement">
          <div className={classes.largePicture}>
            <BoxPicture
              src={pictureUrl(imageHash)}
              alt={`${annotator} of ${fileName}`}
              {...{ width, height }}
              boxes={boxes.map(({ isDisputed, ...box }, place) => ({
                ...{ key: String(place), x: box.x, y: box.y, width: box.width, height: box.height },
                ...{ color: colorOf(box.className) ?? '#ffffff', shortLabel: '' },
                ...{ label: isDisputed ? box.className : null, isDashed: false, isFaint: !isDisputed },
              }))}
            />
          </div>
          <figcaption>
            <strong>{annotator}</strong>: {tellAnswer(className, boxes)}
            {isClassDisputed && <em> (the class of the picture differs)</em>}
          </figcaption>
        </figure>
      ))}
    </div>
  );
}

function tellAnswer(
  className: string | null,
  boxes: PictureDisagreement['answers'][number]['boxes'],
): string {
  const alone = boxes.filter(({ isDisputed }) => isDisputed).length;
  const counted = `${formatPlural(boxes.length, 'box', 'boxes')}, ${alone === 0 ? 'all of them shared' : `${alone} not shared`}`;
  return className === null ? counted : boxes.length === 0 ? className : `${className}, ${counted}`;
}
