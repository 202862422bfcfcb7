/**
 * A list in its order, kept up to date: of 20,000 objects where 200 have changed, 200 are sorted and merged into the
 * rest. Objects are never changed in place, so that one seen before has the place that it had.
 */
import type { KubeObject } from '../../agent/api/types.ts';
import { compareKeyed, type Keyed, keyOf, type Sort } from './filter.ts';
import type { Column, Scene } from './view.ts';

export interface RowOrder<T extends KubeObject> {
  sort: Sort;
  column: Column<T>;
  scene: Scene;
}

const sameOrder = <T extends KubeObject>(a: RowOrder<T> | undefined, b: RowOrder<T>): boolean =>
  a !== undefined &&
  a.column === b.column &&
  a.scene === b.scene &&
  a.sort.id === b.sort.id &&
  a.sort.descending === b.sort.descending;

export class SortedRows<T extends KubeObject> {
  private order: RowOrder<T> | undefined;
  private keyed: readonly Keyed<T>[] = [];
  private known = new Set<T>();
  private rows: readonly T[] = [];

  /** The very same list as before where nothing has changed. */
  update(objects: readonly T[], order: RowOrder<T>): readonly T[] {
    const isSame = sameOrder(this.order, order);
    const now = new Set(objects);
    const fresh = isSame ? objects.filter((object) => !this.known.has(object)) : objects;
    const kept = isSame ? this.keyed.filter(({ object }) => now.has(object)) : [];
    if (isSame && fresh.length === 0 && kept.length === this.keyed.length) return this.rows;
    const compare = compareKeyed(order.sort.descending);
    const added = fresh.map((object) => keyOf(object, order.column, order.scene)).sort(compare);
    this.order = order;
    this.known = now;
    this.keyed = kept.length === 0 ? added : merge(kept, added, compare);
    this.rows = this.keyed.map(({ object }) => object);
    return this.rows;
  }
}

function merge<K>(a: readonly K[], b: readonly K[], compare: (left: K, right: K) => number): K[] {
  const merged: K[] = [];
  let at = 0;
  for (const item of b) {
    for (let next = a[at]; next !== undefined && compare(next, item) <= 0; next = a[at]) {
      merged.push(next);
      at += 1;
    }
    merged.push(item);
  }
  for (; at < a.length; at += 1) merged.push(a[at] as K);
  return merged;
}
