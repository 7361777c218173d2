/** The keys of the view of judged pictures. */
import { useEffect, useLayoutEffect, useRef } from 'react';
import { isTyping } from '../../components/keyboard.ts';

export interface PictureCommands {
  readonly step: (by: -1 | 1) => void;
  readonly first: () => void;
  readonly last: () => void;
  readonly toggleTruth: () => void;
  readonly toggleDetections: () => void;
  readonly zoom: (factor: number) => void;
  readonly whole: () => void;
  readonly leave: () => void;
}

const zoomStep = 1.4;

export function usePictureKeys(commands: PictureCommands): void {
  const current = useRef(commands);
  useLayoutEffect(() => {
    current.current = commands;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const act = isForThePage(event) ? commandOf(event.key, current.current) : undefined;
      if (act === undefined) return;
      event.preventDefault();
      act();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}

function commandOf(key: string, commands: PictureCommands): (() => void) | undefined {
  switch (key) {
    case 'ArrowRight':
      return () => commands.step(1);
    case 'ArrowLeft':
      return () => commands.step(-1);
    case 'Home':
      return commands.first;
    case 'End':
      return commands.last;
    case 't':
    case 'T':
      return commands.toggleTruth;
    case 'p':
    case 'P':
      return commands.toggleDetections;
    case '+':
      return () => commands.zoom(zoomStep);
    case '-':
      return () => commands.zoom(1 / zoomStep);
    case '0':
      return commands.whole;
    case 'Escape':
      return commands.leave;
    default:
      return undefined;
  }
}

/** Fields, sliders and open lists keep their keys, and so does the browser its shortcuts. */
function isForThePage(event: KeyboardEvent): boolean {
  if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return false;
  const target = event.target instanceof Element ? event.target : null;
  const isTaken = target?.closest('[role="slider"], [role="listbox"], [role="dialog"]') != null;
  return !isTaken && document.querySelector('[aria-haspopup="listbox"][aria-expanded="true"]') === null;
}
