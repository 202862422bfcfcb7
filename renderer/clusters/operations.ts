import type { Operation } from '../../main/contract/clusters.ts';

/** An operation as it is called while it is under way. */
export const underWayAs: Readonly<Record<Operation, string>> = {
  start: 'Starting',
  stop: 'Stopping',
  delete: 'Deleting',
  'node add': 'Adding nodes to',
  'node remove': 'Removing a node of',
  'node stop': 'Stopping a node of',
  'node start': 'Starting a node of',
  'node restart': 'Restarting a node of',
};
