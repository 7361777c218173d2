/** The keys of the Data page, in the grid and in the large view alike. */
import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react';
import type { LabelClass } from '../../../src-preload/contract/index.ts';
import { isTyping } from '../../components/keyboard.ts';
import { commandOfKey, type DataCommand, type SelectionAction } from '../annotation/label-keys.ts';
import { useImageView } from './image-store.ts';
import type { ImageCommands } from './use-image-commands.ts';

interface KeyContext {
  readonly labelClasses: readonly LabelClass[];
  readonly commands: ImageCommands;
  readonly searchRef: RefObject<HTMLInputElement | null>;
  readonly act: (action: SelectionAction) => void;
}

export function useImageKeys(context: KeyContext): void {
  const current = useRef(context);
  useLayoutEffect(() => {
    current.current = context;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (isTyping(event) || isBehindOtherDialog() || isOnControl(event)) return;
      const command = commandOfKey(event, current.current.labelClasses);
      if (command === undefined) return;
      event.preventDefault();
      obey(command, current.current);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}

function obey(command: DataCommand, { commands, searchRef, act }: KeyContext) {
  switch (command.kind) {
    case 'label':
      return commands.label(command.className);
    case 'move':
      return commands.move(command.move, command.isExtending);
    case 'open':
      return commands.toggleViewer();
    case 'close':
      return commands.close();
    case 'selectAll':
      return commands.selectAll();
    case 'undo':
      return void commands.undo();
    case 'redo':
      return void commands.redo();
    case 'act':
      return act(command.action);
    case 'map':
      return useImageView.getState().setMapOpen(!useImageView.getState().isMapOpen);
    case 'search':
      return searchRef.current?.focus();
    default:
      return command satisfies never;
  }
}

/** Enter, Space and the arrows belong to the button, link or slider that has the focus. */
function isOnControl(event: KeyboardEvent): boolean {
  const isControlKey = /^(Enter| |Arrow.*|Home|End)$/.test(event.key);
  const target = event.target;
  if (!isControlKey || !(target instanceof Element)) return false;
  const control = target.closest('button, a, [role="slider"], [role="tab"]');
  const isArrowOnButton = control?.matches('button, a') === true && event.key.startsWith('Arrow');
  return control !== null && !isArrowOnButton;
}

/** The large view shares the keys of the grid; any other dialog keeps them to itself. */
function isBehindOtherDialog(): boolean {
  const dialogs = [...document.querySelectorAll('[role="dialog"][aria-modal="true"]')];
  return dialogs.some((dialog) => dialog.querySelector('[data-image-viewer]') === null);
}
