/** The keys of the look-alikes: a number keeps that picture, 0 keeps all, arrows move on, Ctrl Z takes back. */
import { useEffect } from 'react';
import { isTyping } from '../../components/keyboard.ts';
import type { Decisions } from './use-decisions.ts';

export function useDuplicateKeys(decisions: Decisions, move: (by: 1 | -1) => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (isTyping(event) || isElsewhere(event)) return;
      if (actOn(event, decisions, move)) event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [decisions, move]);
}

/** @returns whether the key meant something here */
function actOn(event: KeyboardEvent, decisions: Decisions, move: (by: 1 | -1) => void): boolean {
  const { key, ctrlKey, metaKey, altKey, shiftKey, repeat } = event;
  if (altKey || shiftKey) return false;
  if (ctrlKey || metaKey) {
    if (key !== 'z') return false;
    decisions.undo();
    return true;
  }
  if (key === 'ArrowLeft' || key === 'ArrowRight') {
    move(key === 'ArrowRight' ? 1 : -1);
    return true;
  }
  // A key held down decides once.
  if (!/^\d$/.test(key) || repeat) return false;
  if (key === '0') decisions.keepAll();
  else decisions.keepOne(Number(key) - 1);
  return true;
}

/** Arrows belong to the slider that has the focus, all keys to a dialog. */
function isElsewhere({ target }: KeyboardEvent): boolean {
  return target instanceof Element && target.closest('[role="slider"], [role="dialog"]') !== null;
}
