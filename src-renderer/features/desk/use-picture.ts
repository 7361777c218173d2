/** Pictures as the canvas takes them, decoded before they are shown; the last few are kept. */
import { useEffect, useState } from 'react';
import { pictureUrl } from '../../client/picture-url.ts';

const kept = 6;
const pictures = new Map<string, Promise<HTMLImageElement>>();

/** Begins to load a picture that will be wanted. */
export function preloadPicture(hash: string): void {
  void loadPicture(hash).catch(() => undefined);
}

export interface ShownPicture {
  /** Undefined until it has come. */
  readonly element: HTMLImageElement | undefined;
  readonly hasFailed: boolean;
}

export function usePicture(hash: string | undefined): ShownPicture {
  const [shown, setShown] = useState<ShownPicture & { readonly hash: string | undefined }>(nothing);
  useEffect(() => {
    if (hash === undefined) return;
    let isWanted = true;
    loadPicture(hash).then(
      (element) => isWanted && setShown({ hash, element, hasFailed: false }),
      () => isWanted && setShown({ hash, element: undefined, hasFailed: true }),
    );
    return () => {
      isWanted = false;
    };
  }, [hash]);
  return shown.hash === hash ? shown : nothing;
}

const nothing = { hash: undefined, element: undefined, hasFailed: false };

/** The browser turns pictures upright by their EXIF orientation, as the station does. */
function loadPicture(hash: string): Promise<HTMLImageElement> {
  const known = pictures.get(hash);
  if (known) return known;
  const element = new Image();
  element.src = pictureUrl(hash);
  const loading = element.decode().then(() => element);
  pictures.set(hash, loading);
  loading.catch(() => pictures.delete(hash));
  const [oldest] = pictures.keys();
  if (pictures.size > kept && oldest !== undefined) pictures.delete(oldest);
  return loading;
}
