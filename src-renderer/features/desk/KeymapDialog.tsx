/** The keys of the desk, each of which can be another: press the new one; what is taken already says by what. */
import { Button, Modal } from '@mantine/core';
import { type KeyboardEvent, useState } from 'react';
import { KeyHint } from '../../components/KeyHint.tsx';
import { useClasses } from '../annotation/use-classes.ts';
import { findClassConflict, listClassKeys } from './class-keys.ts';
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

/** What a key is to do. */
type Target =
  | { readonly kind: 'command'; readonly name: DeskCommand }
  | { readonly kind: 'class'; readonly name: string };

interface Attempt {
  readonly target: Target;
  /** Why the last key pressed can not be had. */
  readonly conflict: string | undefined;
}

export function KeymapDialog({ isOpen, onClose }: KeymapDialogProps) {
  const { keymap, classKeys, setKeymap, setClassKeys } = useDesk();
  const { classes: labelClasses } = useClasses();
  const [attempt, setAttempt] = useState<Attempt | null>(null);
  const press = (event: KeyboardEvent): void => {
    if (!attempt) return;
    event.preventDefault();
    event.stopPropagation();
    const key = keyOf(event);
    if (key !== undefined) setAttempt(bind(attempt.target, key));
  };
  const keysOfClasses = listClassKeys({ keymap, classKeys }, labelClasses);
  const lines: readonly Omit<LineProps, 'attempt' | 'onChoose'>[] = [
    ...deskCommands.map((name) => ({
      ...{ target: { kind: 'command', name } as const, text: describeCommand(name), keys: keymap[name] },
    })),
    ...labelClasses.map(({ name }, position) => ({
      ...{ target: { kind: 'class', name } as const, text: `Class ${name}` },
      keys: [keysOfClasses[position] ?? '–'],
    })),
  ];
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
        Choose a line and press the key it is to have. Classes have 1 to 9, then the letters that are left,
        unless they are given another.
      </p>
      <ul className={classes.list}>
        {lines.map((line) => (
          <Line
            key={`${line.target.kind} ${line.target.name}`}
            {...line}
            attempt={attempt}
            onChoose={() => setAttempt({ target: line.target, conflict: undefined })}
          />
        ))}
      </ul>
      <Button
        variant="default"
        onClick={() => {
          setKeymap(defaultKeymap);
          setClassKeys({});
        }}
      >
        All as they were at first
      </Button>
    </Modal>
  );
}

/** @returns what is still to be pressed: nothing where the key could be had */
function bind(target: Target, key: string): Attempt | null {
  const { keymap, classKeys, setKeymap, setClassKeys } = useDesk.getState();
  const conflict =
    target.kind === 'command'
      ? findConflict(keymap, target.name, key, classKeys)
      : findClassConflict({ keymap, classKeys }, target.name, key);
  if (conflict !== undefined) return { target, conflict };
  if (target.kind === 'command') setKeymap(withKey(keymap, target.name, key));
  else setClassKeys({ ...classKeys, [target.name]: key });
  return null;
}

interface LineProps {
  readonly target: Target;
  readonly text: string;
  readonly keys: readonly string[];
  readonly attempt: Attempt | null;
  readonly onChoose: () => void;
}

function Line({ target, text, keys, attempt, onChoose }: LineProps) {
  const isAsked = attempt?.target.kind === target.kind && attempt.target.name === target.name;
  return (
    <li>
      <button
        type="button"
        className={classes.line}
        aria-pressed={isAsked}
        onClick={onChoose}
        data-testid={target.kind === 'command' ? `key-${target.name}` : `key-class-${target.name}`}
      >
        <span className={classes.name}>{text}</span>
        <LineKeys keys={keys} attempt={isAsked ? attempt : null} />
      </button>
    </li>
  );
}

function LineKeys({ keys, attempt }: Pick<LineProps, 'keys' | 'attempt'>) {
  if (!attempt) return keys.map((key) => <KeyHint key={key} keys={key} />);
  if (attempt.conflict === undefined) return <em>Press a key</em>;
  return (
    <em role="alert" className={classes.conflict}>
      {attempt.conflict}
    </em>
  );
}
