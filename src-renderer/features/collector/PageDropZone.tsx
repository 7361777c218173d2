/** Makes the whole window a place to drop pictures and folders on. */
import { FolderInput } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { notifyFailure } from '../../components/notify.tsx';
import { useImport } from './import-store.ts';
import classes from './PageDropZone.module.css';
import { readDrop } from './picked-files.ts';

/** Drops on an element with this attribute are its own. */
export const ownDropAttribute = 'data-own-drop';

export function PageDropZone() {
  const isOver = useWindowDrop();
  if (!isOver) return null;
  return (
    <div className={classes.cover} data-testid="drop-cover">
      <div className={classes.target}>
        <FolderInput size={52} strokeWidth={1.4} aria-hidden />
        <strong className={classes.title}>Drop to import</strong>
        <span>Pictures or folders. A folder per class gives its pictures that label.</span>
      </div>
    </div>
  );
}

function useWindowDrop(): boolean {
  const [isOver, setIsOver] = useState(false);
  const [, navigate] = useLocation();
  useEffect(() => {
    const onOver = (event: DragEvent): void => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      setIsOver(!isOwnDrop(event));
    };
    const onLeave = (event: DragEvent): void => {
      if (event.relatedTarget === null) setIsOver(false);
    };
    const onDrop = (event: DragEvent): void => {
      setIsOver(false);
      if (!carriesFiles(event)) return;
      event.preventDefault();
      if (isOwnDrop(event) || event.dataTransfer === null) return;
      navigate('/data');
      readDrop(event.dataTransfer).then(useImport.getState().pick, (error: unknown) =>
        notifyFailure('The drop could not be read', error),
      );
    };
    window.addEventListener('dragover', onOver);
    window.addEventListener('dragleave', onLeave);
    window.addEventListener('drop', onDrop);
    return () => {
      window.removeEventListener('dragover', onOver);
      window.removeEventListener('dragleave', onLeave);
      window.removeEventListener('drop', onDrop);
    };
  }, [navigate]);
  return isOver;
}

function carriesFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes('Files') === true;
}

function isOwnDrop(event: DragEvent): boolean {
  return event.target instanceof Element && event.target.closest(`[${ownDropAttribute}]`) !== null;
}
