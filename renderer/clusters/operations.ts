import type { BootProgress } from '../../main/contract/clusters.ts';

/** An operation as it is called while it is under way. */
export const underWayAs: Readonly<Record<BootProgress['operation'], string>> = {
  start: 'Starting',
  stop: 'Stopping',
  delete: 'Deleting',
};
