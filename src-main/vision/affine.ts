/** Affine maps of the plane, in continuous pixel coordinates: the pixel of index i reaches from i to i + 1. */

/** `x' = xx·x + xy·y + x0`, `y' = yx·x + yy·y + y0` */
export interface Affine {
  readonly xx: number;
  readonly xy: number;
  readonly x0: number;
  readonly yx: number;
  readonly yy: number;
  readonly y0: number;
}

export function translation(x0: number, y0: number): Affine {
  return { xx: 1, xy: 0, x0, yx: 0, yy: 1, y0 };
}

export function scaling(x: number, y: number): Affine {
  return { xx: x, xy: 0, x0: 0, yx: 0, yy: y, y0: 0 };
}

/** Clockwise on the screen, where y grows downwards. */
export function rotation(degrees: number): Affine {
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return { xx: cos, xy: -sin, x0: 0, yx: sin, yy: cos, y0: 0 };
}

/** Rows are pushed sideways by the tangent of `xDegrees` for each pixel downwards, columns alike. */
export function shearing(xDegrees: number, yDegrees: number): Affine {
  const tangent = (degrees: number) => Math.tan((degrees * Math.PI) / 180);
  return { xx: 1, xy: tangent(xDegrees), x0: 0, yx: tangent(yDegrees), yy: 1, y0: 0 };
}

/** The first map, then the second, and so on. */
export function chain(...maps: readonly Affine[]): Affine {
  return maps.reduce((before, after) => ({
    xx: after.xx * before.xx + after.xy * before.yx,
    xy: after.xx * before.xy + after.xy * before.yy,
    x0: after.xx * before.x0 + after.xy * before.y0 + after.x0,
    yx: after.yx * before.xx + after.yy * before.yx,
    yy: after.yx * before.xy + after.yy * before.yy,
    y0: after.yx * before.x0 + after.yy * before.y0 + after.y0,
  }));
}

/** The way back; the map must not flatten the plane. */
export function invert({ xx, xy, x0, yx, yy, y0 }: Affine): Affine {
  const determinant = xx * yy - xy * yx;
  return {
    xx: yy / determinant,
    xy: -xy / determinant,
    x0: (xy * y0 - yy * x0) / determinant,
    yx: -yx / determinant,
    yy: xx / determinant,
    y0: (yx * x0 - xx * y0) / determinant,
  };
}
