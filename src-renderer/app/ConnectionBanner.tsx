/** Says that the station can not be heard, and that nothing is lost by it. */
import { useEffect, useState } from 'react';
import { useConnection } from '../client/connection-store.ts';
import { Notice } from '../components/Notice.tsx';
import classes from './ConnectionBanner.module.css';

/** A blink of the line is not worth a banner. */
const graceMs = 1_200;

export function ConnectionBanner() {
  const isLost = useIsLost();
  return (
    <div
      aria-live="assertive"
      className={isLost ? classes.banner : undefined}
      data-testid="connection-banner"
    >
      {isLost && (
        <Notice tone="warn" title="The connection to the station is lost">
          Trying again by itself. What you labelled is kept and sent as soon as the station answers; jobs at
          the station go on.
        </Notice>
      )}
    </div>
  );
}

function useIsLost(): boolean {
  const state = useConnection((connection) => connection.state);
  const [isShown, setIsShown] = useState(false);
  useEffect(() => {
    if (state === 'open') return setIsShown(false);
    const timer = setTimeout(() => setIsShown(true), graceMs);
    return () => clearTimeout(timer);
  }, [state]);
  return isShown && state !== 'open';
}
