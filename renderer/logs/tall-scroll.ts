/**
 * Scrolling through a sheet that is taller than a browser can draw (Firefox ends at 17.8 million pixels, Chromium at
 * 33.5). Beyond `tallest` the scroll bar stands for a part of the whole: small movements go pixel by pixel, far ones in
 * proportion, and at rest the bar is put where it belongs.
 */
export const tallest = 15_000_000;

export interface Place {
  /** Of the element, in its own pixels. */
  real: number;
  /** Of the whole sheet. */
  top: number;
}

const clamp = (value: number, most: number): number => Math.max(0, Math.min(value, Math.max(0, most)));

/** Where the scroll bar belongs for a place of the whole. */
export function realFor(top: number, total: number, height: number): number {
  if (total <= tallest) return clamp(top, total - height);
  return clamp((top / (total - height)) * (tallest - height), tallest - height);
}

/** The place after the element was scrolled to `real`. */
export function afterScroll(before: Place, real: number, total: number, height: number): Place {
  if (total <= tallest) return { real, top: real };
  const most = total - height;
  const end = tallest - height;
  if (real <= 0) return { real, top: 0 };
  if (real >= end - 1) return { real, top: most };
  const moved = real - before.real;
  const isNear = Math.abs(moved) <= 2 * height;
  return { real, top: clamp(isNear ? before.top + moved : (real / end) * most, most) };
}
