import type { Computed } from '../computed/object.ts';

/** What is made of the nodes' answers; each asks them unless somebody just did. */
export interface MetricsObjects {
  nodes(): Promise<Computed[]>;
  pods(): Promise<Computed[]>;
}
