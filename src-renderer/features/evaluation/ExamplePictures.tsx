/** A few pictures on which a detector does something at a threshold; each opens large, the number opens all. */
import { Select } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import type { Evaluation } from '../../../src-preload/contract/index.ts';
import { thumbnailUrl } from '../../client/picture-url.ts';
import { station } from '../../client/station.ts';
import { formatPlural } from '../../components/formatting.ts';
import { Loaded } from '../../components/Loaded.tsx';
import classes from './ExamplePictures.module.css';
import { kindTexts } from './error-kinds.ts';
import { picturesHref, type ShownKind, toImageFilter } from './evaluation-href.ts';

interface ExamplePicturesProps {
  readonly evaluation: Evaluation;
  readonly minScore: number;
}

const exampleCount = 8;
/** Kinds that a threshold lets through or keeps out. */
const kinds: readonly ShownKind[] = [
  'background',
  'classification',
  'localization',
  'both',
  'duplicate',
  'correct',
];

export function ExamplePictures({ evaluation, minScore }: ExamplePicturesProps) {
  const [kind, setKind] = useState<ShownKind>('background');
  const query = { kind, minScore };
  const images = useQuery({
    ...station.images.listImages.queryOptions({
      input: { filter: toImageFilter(evaluation, query), limit: exampleCount },
    }),
    placeholderData: keepPreviousData,
  });
  return (
    <section aria-label="Examples at this threshold" data-testid="examples">
      <div className={classes.head}>
        <Select
          w={200}
          size="sm"
          aria-label="What the detections are"
          data={kinds.map((value) => ({ value, label: kindTexts[value].name }))}
          value={kind}
          onChange={(value) => setKind(value as ShownKind)}
        />
        {images.data !== undefined && (
          <Link href={picturesHref(evaluation, { query })} data-testid="example-count">
            {formatPlural(images.data.total, 'picture')}
          </Link>
        )}
      </div>
      <Loaded query={images} height={200}>
        {({ images: list }) => (
          <div className={classes.wall}>
            {list.map(({ hash, fileName }, at) => (
              <Link key={hash} href={picturesHref(evaluation, { query, at })} title={fileName}>
                <img src={thumbnailUrl(hash)} alt={fileName} loading="lazy" />
              </Link>
            ))}
            {list.length === 0 && (
              <p className={classes.none}>No picture has such a detection at this threshold.</p>
            )}
          </div>
        )}
      </Loaded>
    </section>
  );
}
