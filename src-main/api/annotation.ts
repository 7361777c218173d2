/** Calls about classes and labels. */
import type { Annotation } from '../loop/annotation/annotation.ts';
import type { Implementer } from './implementer.ts';

export function createAnnotationApi({ annotation: api }: Implementer, annotation: Annotation) {
  return {
    listClasses: api.listClasses.handler(() => annotation.listClasses()),
    addClass: api.addClass.handler(({ input }) => annotation.addClass(input.name)),
    setClass: api.setClass.handler(({ input }) => annotation.setClass(input)),
    undo: api.undo.handler(() => annotation.undo()),
    redo: api.redo.handler(() => annotation.redo()),
    listRevisions: api.listRevisions.handler(({ input }) => annotation.listRevisions(input.imageHash)),
  };
}
