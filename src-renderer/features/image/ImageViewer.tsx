/** One picture, large, with its label, its facts and the history of its label; the keys of the grid go on working. */
import { ActionIcon, Modal } from '@mantine/core';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Image } from '../../../src-preload/contract/index.ts';
import { pictureUrl, thumbnailUrl } from '../../client/picture-url.ts';
import { formatBytes, formatCount, formatDateTime } from '../../components/formatting.ts';
import classes from './ImageViewer.module.css';
import { describeAnnotator } from './image-filter.ts';

interface ImageViewerProps {
  readonly image: Image | undefined;
  readonly index: number;
  readonly total: number;
  readonly isOpen: boolean;
  readonly color: string | undefined;
  readonly onClose: () => void;
  readonly onStep: (step: -1 | 1) => void;
  /** The classes, and the history of the label. */
  readonly children: ReactNode;
}

export function ImageViewer(props: ImageViewerProps) {
  const { image, index, total, isOpen, color, onClose, onStep, children } = props;
  return (
    <Modal
      opened={isOpen && image !== undefined}
      onClose={onClose}
      closeOnEscape={false}
      fullScreen
      radius={0}
      title={<ViewerTitle image={image} position={`${formatCount(index + 1)} of ${formatCount(total)}`} />}
      classNames={{ body: classes.body ?? '', content: classes.content ?? '' }}
      data-image-viewer
    >
      {image !== undefined && (
        <div className={classes.layout} data-image-viewer data-testid="image-viewer">
          <Stage image={image} color={color} onStep={onStep} />
          <div className={classes.side}>
            {children}
            <ImageFacts image={image} />
          </div>
        </div>
      )}
    </Modal>
  );
}

function ViewerTitle({ image, position }: { readonly image: Image | undefined; readonly position: string }) {
  return (
    <span className={classes.title}>
      <strong>{image?.fileName}</strong>
      <span className={classes.position}>{position}</span>
    </span>
  );
}

function Stage({
  image,
  color,
  onStep,
}: Pick<ImageViewerProps, 'color' | 'onStep'> & { readonly image: Image }) {
  return (
    <div className={classes.stage}>
      <img
        key={image.hash}
        className={classes.picture}
        src={pictureUrl(image.hash)}
        style={{ backgroundImage: `url(${thumbnailUrl(image.hash)})` }}
        alt={image.fileName}
        data-small={image.width < 100 || undefined}
      />
      <span className={classes.badge} data-testid="viewer-label">
        {color !== undefined && <span className={classes.swatch} style={{ background: color }} />}
        {image.className ?? 'Unlabelled'}
      </span>
      <StepButton side="left" label="Previous picture" onClick={() => onStep(-1)} />
      <StepButton side="right" label="Next picture" onClick={() => onStep(1)} />
    </div>
  );
}

interface StepButtonProps {
  readonly side: 'left' | 'right';
  readonly label: string;
  readonly onClick: () => void;
}

function StepButton({ side, label, onClick }: StepButtonProps) {
  const Icon = side === 'left' ? ChevronLeft : ChevronRight;
  return (
    <ActionIcon
      className={classes.step}
      data-side={side}
      variant="default"
      radius={28}
      size={56}
      aria-label={label}
      onClick={onClick}
    >
      <Icon size={28} aria-hidden />
    </ActionIcon>
  );
}

/** Whose time it is, where it is not the camera's. */
const takenBy = { camera: '', file: ', by its file', import: ', by its import' } as const;

function ImageFacts({ image }: { readonly image: Image }) {
  const facts: ReadonlyArray<readonly [name: string, value: string]> = [
    ['Size', `${image.width} × ${image.height} px, ${formatBytes(image.sizeBytes)}, ${image.format}`],
    ['Source', image.source],
    ['Camera', image.camera ?? 'not told'],
    ['Taken', `${formatDateTime(image.takenAt)}${takenBy[image.takenBy]}`],
    ...(image.annotator === null ? [] : ([['Labelled by', describeAnnotator(image.annotator)]] as const)),
    ['Imported', formatDateTime(image.importedAt)],
    ['Came with split', image.originSplit ?? 'none'],
  ];
  return (
    <dl className={classes.facts}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
