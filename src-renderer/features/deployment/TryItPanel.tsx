/** Drop one picture and see what a version says of it. */
import { Select } from '@mantine/core';
import { Dropzone } from '@mantine/dropzone';
import { useMutation } from '@tanstack/react-query';
import { ImageUp } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { ModelVersion, Prediction } from '../../../src-preload/contract/index.ts';
import { errorMessage } from '../../client/errors.ts';
import { uploadClient } from '../../client/station.ts';
import { formatLatency, formatPercent } from '../../components/formatting.ts';
import { Notice } from '../../components/Notice.tsx';
import { Panel } from '../../components/Panel.tsx';
import { modelReference } from '../registry/model-reference.ts';
import classes from './TryItPanel.module.css';

interface TryItPanelProps {
  readonly versions: readonly ModelVersion[];
  readonly champion: number | null;
}

export function TryItPanel({ versions, champion }: TryItPanelProps) {
  const first = versions.find(({ version }) => version === champion) ?? versions[0];
  const [reference, setReference] = useState(first === undefined ? '' : modelReference(first));
  const [picture, setPicture] = useState<File | null>(null);
  const predict = useMutation({
    mutationFn: (ask: { image: File; model: string }) => uploadClient.deployment.predict(ask),
  });
  const ask = (image: File | null, model: string): void => {
    if (image !== null) predict.mutate({ image, model });
  };
  return (
    <Panel
      title="Try it"
      testId="try-it"
      actions={
        <Select
          w={190}
          aria-label="Version that answers"
          data={versions.map((version) => ({
            value: modelReference(version),
            label: `v${version.version}${version.version === champion ? ', champion' : ''}`,
          }))}
          value={reference}
          onChange={(value) => {
            setReference(value ?? '');
            ask(picture, value ?? '');
          }}
        />
      }
    >
      <div className={classes.layout}>
        <PictureDrop
          picture={picture}
          onPicture={(file) => {
            setPicture(file);
            ask(file, reference);
          }}
        />
        <div className={classes.answer} aria-live="polite">
          {predict.isError && (
            <Notice tone="bad" title="No prediction">
              {errorMessage(predict.error)}
            </Notice>
          )}
          {predict.data !== undefined && !predict.isError && <PredictionBars prediction={predict.data} />}
          {predict.isIdle && <p className={classes.hint}>The picture is not kept: it is only looked at.</p>}
        </div>
      </div>
    </Panel>
  );
}

interface PictureDropProps {
  readonly picture: File | null;
  readonly onPicture: (file: File) => void;
}

function PictureDrop({ picture, onPicture }: PictureDropProps) {
  const url = useObjectUrl(picture);
  const [isUnshowable, setUnshowable] = useState(false);
  return (
    <Dropzone
      className={classes.drop}
      multiple={false}
      onDrop={([file]) => {
        setUnshowable(false);
        if (file !== undefined) onPicture(file);
      }}
      inputProps={{ 'aria-label': 'Picture to try' }}
      data-own-drop
      data-testid="try-it-drop"
    >
      {url === null || isUnshowable ? (
        <span className={classes.invitation}>
          <ImageUp size={30} strokeWidth={1.5} aria-hidden />
          {picture === null
            ? 'Drop one picture or press to choose it'
            : `${picture.name} can not be shown here`}
        </span>
      ) : (
        <img
          src={url}
          alt={picture?.name ?? ''}
          className={classes.picture}
          onError={() => setUnshowable(true)}
        />
      )}
    </Dropzone>
  );
}

function PredictionBars({ prediction }: { readonly prediction: Prediction }) {
  return (
    <div data-testid="prediction">
      <p className={classes.label}>
        <strong>{prediction.label}</strong> {formatPercent(prediction.score)}
      </p>
      <ul className={classes.bars}>
        {prediction.probabilities.slice(0, 8).map(({ label, score }) => (
          <li key={label}>
            <span className={classes.name}>{label}</span>
            <span className={classes.track}>
              <span className={classes.fill} style={{ width: `${score * 100}%` }} />
            </span>
            <span className={classes.score}>{formatPercent(score)}</span>
          </li>
        ))}
      </ul>
      <p className={classes.hint}>
        {prediction.model} v{prediction.version}, {formatLatency(prediction.latencyMs)}
      </p>
    </div>
  );
}

/** A URL of the file for as long as it is shown. */
function useObjectUrl(file: File | null): string | null {
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    if (file === null) return setUrl(null);
    const made = URL.createObjectURL(file);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  return url;
}
