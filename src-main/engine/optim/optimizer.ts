/** Optimizers as graph transformations over the flat vector of all parameters. */

export interface OptimizerOptions {
  readonly kind: 'adamw' | 'sgd';
  /** Decoupled (AdamW) or classic L2 (SGD) decay; biases and normalization parameters are spared. */
  readonly weightDecay: number;
  /** SGD only; 0.9 if absent. */
  readonly momentum?: number;
  /** SGD only; Nesterov's variant as in torch.optim.SGD. */
  readonly nesterov?: boolean;
  /** AdamW only; [0.9, 0.999] if absent. */
  readonly betas?: readonly [number, number];
  /** AdamW only; 1e-8 if absent. */
  readonly epsilon?: number;
  /** Largest global L2 norm of the gradient; no clipping if absent. */
  readonly clipNorm?: number;
  /** Decay of the moving average of the weights, which evaluation and export then use; off if absent. */
  readonly emaDecay?: number;
}
