/** The canvas in the page: three layers, handed their scene whenever something changes. */
import { type RefObject, useEffect, useRef } from 'react';
import classes from './DeskStage.module.css';
import { createDeskCanvas, type DeskActions, type DeskCanvas, type DeskScene } from './desk-canvas.ts';
import type { Adjustment } from './desk-store.ts';

interface DeskStageProps {
  readonly scene: DeskScene;
  readonly actions: DeskActions;
  readonly adjustment: Adjustment;
  readonly canvasRef: RefObject<DeskCanvas | null>;
  readonly label: string;
}

export function DeskStage({ scene, actions, adjustment, canvasRef, label }: DeskStageProps) {
  const pictureRef = useRef<HTMLCanvasElement>(null);
  const boxesRef = useRef<HTMLCanvasElement>(null);
  const handRef = useRef<HTMLCanvasElement>(null);
  const actionsRef = useRef(actions);
  actionsRef.current = actions;
  useEffect(() => {
    const [picture, boxes, hand] = [pictureRef.current, boxesRef.current, handRef.current];
    if (!picture || !boxes || !hand) return;
    const canvas = createDeskCanvas(
      { picture, boxes, hand },
      {
        onDraw: (shape) => actionsRef.current.onDraw(shape),
        onShape: (shapes) => actionsRef.current.onShape(shapes),
        onSelect: (ids) => actionsRef.current.onSelect(ids),
      },
    );
    canvasRef.current = canvas;
    return () => {
      canvas.dispose();
      canvasRef.current = null;
    };
  }, [canvasRef]);
  useEffect(() => canvasRef.current?.setScene(scene), [canvasRef, scene]);
  const { brightness, contrast } = adjustment;
  return (
    <div className={classes.stage} data-testid="desk-stage">
      <canvas
        ref={pictureRef}
        className={classes.layer}
        style={{ filter: `brightness(${brightness}%) contrast(${contrast}%)` }}
      />
      <canvas ref={boxesRef} className={classes.layer} />
      <canvas
        ref={handRef}
        className={classes.layer}
        data-hand
        tabIndex={-1}
        role="img"
        aria-label={label}
        data-testid="desk-canvas"
      />
    </div>
  );
}
