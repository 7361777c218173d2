/** The keys of the desk: arrows move boxes or pictures, the rest is as the person has set it. */
import { useEffect } from 'react';
import type { LabelClass } from '../../../src-preload/contract/index.ts';
import { isTyping } from '../../components/keyboard.ts';
import { classOf } from './class-keys.ts';
import { useDesk } from './desk-store.ts';
import { commandOf, type DeskCommand, keyOf } from './keymap.ts';
import type { DeskCommands } from './use-desk-commands.ts';

const ways: Readonly<Record<string, readonly [x: number, y: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Picture pixels with Shift held. */
const bigNudge = 10;

/** What a key that is held down does again and again; the others would submit or paste more than was meant. */
const repeating: ReadonlySet<DeskCommand> = new Set([
  ...(['nextPicture', 'previousPicture', 'nextBox', 'previousBox', 'zoomToNext'] as const),
  ...(['zoomIn', 'zoomOut', 'undo', 'redo'] as const),
]);

export function useDeskKeys(commands: DeskCommands, labelClasses: readonly LabelClass[]): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (isTyping(event) || isInDialog(event)) return;
      if (actOn(event, commands, labelClasses)) event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [commands, labelClasses]);
}

/** @returns whether the key meant something here */
function actOn(event: KeyboardEvent, commands: DeskCommands, labelClasses: readonly LabelClass[]): boolean {
  const { keymap, classKeys, selected } = useDesk.getState();
  const way = event.ctrlKey || event.altKey || event.metaKey ? undefined : ways[event.key];
  if (way) {
    const far = event.shiftKey ? bigNudge : 1;
    if (selected.size > 0) commands.nudge({ x: way[0] * far, y: way[1] * far });
    else if (way[0] !== 0) commands.run(way[0] > 0 ? 'nextPicture' : 'previousPicture');
    return true;
  }
  const key = keyOf(event);
  if (key === undefined) return false;
  const command = commandOf(keymap, key);
  if (command && (!event.repeat || repeating.has(command))) commands.run(command);
  const labelClass = command ? undefined : classOf({ keymap, classKeys }, key, labelClasses);
  if (labelClass && !event.repeat) commands.chooseClass(labelClass.name);
  // Space would press the button that has the focus while it moves the picture.
  return command !== undefined || labelClass !== undefined || key === 'Space';
}

function isInDialog({ target }: KeyboardEvent): boolean {
  return (
    target instanceof Element && target.closest('[role="dialog"], [role="listbox"], [role="menu"]') !== null
  );
}
