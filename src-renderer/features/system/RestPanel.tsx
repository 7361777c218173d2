/** How other programs on this machine ask for predictions. */
import { Button, CopyButton } from '@mantine/core';
import { BookOpen, Check, Copy } from 'lucide-react';
import type { Health } from '../../../src-preload/contract/index.ts';
import { Notice } from '../../components/Notice.tsx';
import { Panel } from '../../components/Panel.tsx';
import classes from './RestPanel.module.css';

export function RestPanel({ health }: { readonly health: Health }) {
  if (health.host === 'electron') {
    return (
      <Panel title="REST">
        <Notice tone="info">
          Other programs ask the headless station: start it with <code>npm run -s cli -- serve</code> on this
          data folder while this window is closed.
        </Notice>
      </Panel>
    );
  }
  const origin = window.location.origin;
  const example = `curl -H "Authorization: Bearer $TOKEN" --data-binary @leaf.jpg ${origin}/api/v1/predict`;
  return (
    <Panel
      title="REST"
      note="A picture in, a prediction with its model version out"
      actions={
        <Button
          component="a"
          href="/api/v1/docs"
          target="_blank"
          rel="noreferrer"
          variant="default"
          leftSection={<BookOpen size={17} aria-hidden />}
        >
          Documentation
        </Button>
      }
    >
      <dl className={classes.rows}>
        <dt>Address</dt>
        <dd>
          <code>{origin}/api/v1</code>
        </dd>
      </dl>
      <div className={classes.example}>
        <code>{example}</code>
        <CopyButton value={example}>
          {({ copied, copy }) => (
            <Button
              variant="subtle"
              color="gray"
              leftSection={copied ? <Check size={16} aria-hidden /> : <Copy size={16} aria-hidden />}
              onClick={copy}
            >
              {copied ? 'Copied' : 'Copy'}
            </Button>
          )}
        </CopyButton>
      </div>
    </Panel>
  );
}
