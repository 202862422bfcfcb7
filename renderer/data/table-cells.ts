/** The server's own cells of objects that were listed as a table. Objects are never changed in place, nor are these. */
import type { TableCell } from '../../main/contract/resources.ts';

export interface Cells {
  cells: readonly TableCell[];
  /** Milliseconds since the epoch: ages in the cells are as of then. */
  at: number;
}

const known = new WeakMap<object, Cells>();

/** `cells` are in the order of `objects`. */
export function keepCells(objects: readonly object[], cells: readonly (readonly TableCell[])[]): void {
  const at = Date.now();
  for (const [index, object] of objects.entries()) known.set(object, { cells: cells[index] ?? [], at });
}

export const cellsOf = (object: object): Cells | undefined => known.get(object);
