/** A stroke as the page shows it before the station has answered. Pure. */
import type { Annotation, AnnotationState, Box, BoxId } from '../../../src-preload/contract/index.ts';

export type PutBox = Pick<Box, 'id' | 'className' | 'x' | 'y' | 'width' | 'height' | 'attributes'>;

export interface Stroke {
  readonly put?: readonly PutBox[];
  readonly remove?: readonly BoxId[];
  readonly className?: string | null;
  readonly state?: AnnotationState;
}

/** What the picture shows with the stroke: the same rules as the station's. */
export function applyStroke(annotation: Annotation, stroke: Stroke, author: string): Annotation {
  const { put = [], remove = [] } = stroke;
  const byId = new Map(put.map((box) => [box.id, box]));
  const gone = new Set(remove.filter((id) => !byId.has(id)));
  const known = new Set(annotation.boxes.map(({ id }) => id));
  const origin = { source: 'human', author, score: null, model: null } as const;
  const hasBoxes = put.length > 0 || remove.length > 0;
  const implied = annotation.state === 'none' && hasBoxes ? 'draft' : annotation.state;
  return {
    ...annotation,
    state: stroke.state ?? implied,
    className: stroke.className === undefined ? annotation.className : stroke.className,
    boxes: [
      ...annotation.boxes.filter(({ id }) => !gone.has(id)).map((box) => ({ ...box, ...byId.get(box.id) })),
      ...put.filter(({ id }) => !known.has(id)).map((box) => ({ ...box, ...origin })),
    ],
  };
}

/** `randomUUID` is missing where the page came without TLS from another machine. */
export function newBoxId(): BoxId {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('') as BoxId;
}
