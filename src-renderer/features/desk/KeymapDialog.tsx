/** The keys of the desk, each of which can be another: press the new one; what is taken already says by what. */
import { Button, Modal } from '@mantine/core';
import { type KeyboardEvent, useState } from 'react';
import { KeyHint } from '../../components/KeyHint.tsx';
import { useDesk } from './desk-store.ts';
import classes from './KeymapDialog.module.css';
import {
  type DeskCommand,
  defaultKeymap,
  describeCommand,
  deskCommands,
  findConflict,
  keyOf,
  withKey,
} from './keymap.ts';

interface KeymapDialogProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

interface Attempt {
  readonly command: DeskCommand;
  /** Why the last key pressed can not be had. */
  readonly conflict: string | undefined;
}

export function KeymapDialog({ isOpen, onClose }: KeymapDialogProps) {
  const { keymap, setKeymap } = useDesk();
  const [attempt, setAttempt] = useState<Attempt | null>(null);
  const press = (event: KeyboardEvent): void => {
    if (!attempt) return;
    event.preventDefault();
    event.stopPropagation();
    const key = keyOf(event);
    if (key === undefined) return;
    const conflict = findConflict(keymap, attempt.command, key);
    if (conflict === undefined) setKeymap(withKey(keymap, attempt.command, key));
    setAttempt(conflict === undefined ? null : { ...attempt, conflict });
  };
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title="Keys of the desk"
      size="lg"
      closeOnEscape={attempt === null}
      onKeyDownCapture={press}
    >
      <p className={classes.hint}>
        Choose a line and press the key it is to have. Classes have 1 to 9, then the letters that are left.
      </p>
      <ul className={classes.list}>
        {deskCommands.map((command) => (
          <li key={command}>
            <button
              type="button"
              className={classes.line}
              aria-pressed={attempt?.command === command}
              onClick={() => setAttempt({ command, conflict: undefined })}
              data-testid={`key-${command}`}
            >
              <span className={classes.name}>{describeCommand(command)}</span>
              <LineKeys keys={keymap[command]} attempt={attempt?.command === command ? attempt : null} />
            </button>
          </li>
        ))}
      </ul>
      <Button variant="default" onClick={() => setKeymap(defaultKeymap)}>
        All as they were at first
      </Button>
    </Modal>
  );
}

function LineKeys({ keys, attempt }: { readonly keys: readonly string[]; readonly attempt: Attempt | null }) {
  if (!attempt) return keys.map((key) => <KeyHint key={key} keys={key} />);
  if (attempt.conflict === undefined) return <em>Press a key</em>;
  return (
    <em role="alert" className={classes.conflict}>
      {attempt.conflict}
    </em>
  );
}
