/** Pictures with several answers, one after the other: the answers side by side, and what they come to. */
import { Button } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Users } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'wouter';
import type { PictureConsensus } from '../../../src-preload/contract/index.ts';
import { pictureUrl } from '../../client/picture-url.ts';
import { station } from '../../client/station.ts';
import { BoxPicture } from '../../components/BoxPicture.tsx';
import type { DrawnBox } from '../../components/drawn-box.ts';
import { EmptyState } from '../../components/EmptyState.tsx';
import { formatPlural } from '../../components/formatting.ts';
import { Loaded } from '../../components/Loaded.tsx';
import { Panel } from '../../components/Panel.tsx';
import { useClasses } from '../annotation/use-classes.ts';
import classes from './Team.module.css';
import { useConsensus } from './use-consensus.ts';

export function ConsensusPanel() {
  const waiting = useQuery(station.annotation.listAnsweredPictures.queryOptions({ input: {} }));
  const [asked, setAsked] = useState(0);
  const { apply, undo } = useConsensus();
  const pictures = waiting.data ?? [];
  const at = Math.min(asked, Math.max(0, pictures.length - 1));
  const shown = pictures[at]?.imageHash;
  const several = pictures.filter(({ answers }) => answers > 1).map(({ imageHash }) => imageHash);
  return (
    <Panel
      title="Consensus"
      note={pictures.length > 0 ? `Picture ${at + 1} of ${pictures.length} with answers` : undefined}
      actions={
        <>
          <Button variant="default" disabled={at === 0} onClick={() => setAsked(at - 1)}>
            Before
          </Button>
          <Button variant="default" disabled={at >= pictures.length - 1} onClick={() => setAsked(at + 1)}>
            Next
          </Button>
          <Button
            component={Link}
            href={shown === undefined ? '/desk' : `/desk?all=yes&at=${shown}`}
            variant="default"
            disabled={shown === undefined}
          >
            Open at the desk
          </Button>
          <Button variant="default" loading={undo.isPending} onClick={() => undo.mutate({})}>
            Undo
          </Button>
          <Button
            variant="default"
            disabled={several.length === 0}
            onClick={() => apply.mutate({ imageHashes: several })}
          >
            Apply to all with two answers
          </Button>
          <Button
            disabled={shown === undefined}
            loading={apply.isPending}
            onClick={() => shown && apply.mutate({ imageHashes: [shown] })}
          >
            Apply
          </Button>
        </>
      }
      testId="consensus"
    >
      <Loaded query={waiting} height={320}>
        {() => (shown === undefined ? <NoAnswers /> : <Preview imageHash={shown} />)}
      </Loaded>
    </Panel>
  );
}

function NoAnswers() {
  return (
    <EmptyState icon={Users} title="No answers wait">
      Set a share above, then choose annotators at the desk. What they have answered comes here.
    </EmptyState>
  );
}

function Preview({ imageHash }: { readonly imageHash: PictureConsensus['imageHash'] }) {
  const query = useQuery({
    ...station.annotation.previewConsensus.queryOptions({ input: { imageHashes: [imageHash] } }),
    placeholderData: keepPreviousData,
  });
  return (
    <Loaded query={query} height={320}>
      {([consensus]) => (consensus === undefined ? <NoAnswers /> : <SideBySide consensus={consensus} />)}
    </Loaded>
  );
}

function SideBySide({ consensus }: { readonly consensus: PictureConsensus }) {
  const { colorOf } = useClasses();
  const { answers, boxes, disputed, className, isDecided, fileName, rejectedBy } = consensus;
  const draw = (box: PictureConsensus['answers'][number]['boxes'][number], key: string): DrawnBox => ({
    ...{ key, x: box.x, y: box.y, width: box.width, height: box.height },
    ...{ color: colorOf(box.className) ?? '#ffffff', label: box.className, shortLabel: '' },
    ...{ isDashed: false, isFaint: false },
  });
  const common = [
    ...boxes.map((box, place) => draw(box, `taken ${place}`)),
    ...disputed.map((box, place) => ({ ...draw(box, `disputed ${place}`), isDashed: true, isFaint: true })),
  ];
  const left = disputed.length > 0 ? `, ${disputed.length} left out` : '';
  const told = `${formatPlural(boxes.length, 'box', 'boxes')}${left}`;
  const rejected = rejectedBy.length === 0 ? '' : `Rejected by ${rejectedBy.join(', ')}. `;
  return (
    <div className={classes.answers}>
      <Shown
        {...{ consensus, title: 'Consensus', tag: className, boxes: common }}
        note={isDecided ? told : `${rejected}Undecided, ${fileName} stays as it is${left}`}
      />
      {answers.map((answer) => (
        <Shown
          key={answer.annotator}
          {...{ consensus, title: answer.annotator, tag: answer.className }}
          boxes={answer.boxes.map((box, place) => draw(box, String(place)))}
          note={formatPlural(answer.boxes.length, 'box', 'boxes')}
        />
      ))}
    </div>
  );
}

interface ShownProps {
  readonly consensus: PictureConsensus;
  readonly title: string;
  readonly tag: string | null;
  readonly boxes: readonly DrawnBox[];
  readonly note: string;
}

function Shown({ consensus, title, tag, boxes, note }: ShownProps) {
  const { imageHash, width, height, fileName } = consensus;
  return (
    <figure className={classes.answer} data-testid="answer">
      <div className={classes.picture}>
        <BoxPicture
          src={pictureUrl(imageHash)}
          alt={`${title} of ${fileName}`}
          {...{ width, height, boxes }}
        />
      </div>
      <figcaption>
        <strong>{title}</strong>: {tag === null ? note : `${tag}, ${note}`}
      </figcaption>
    </figure>
  );
}
