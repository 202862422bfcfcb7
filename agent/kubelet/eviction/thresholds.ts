/**
 * When a node is short of something. Pure.
 * https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/#eviction-signals-and-thresholds
 */
export type Pressure = 'MemoryPressure' | 'DiskPressure' | 'PIDPressure';

export type SignalName = 'memory.available' | 'nodefs.available' | 'nodefs.inodesFree' | 'pid.available';

export interface Observation {
  signal: SignalName;
  /** Bytes, or a count of inodes or processes. */
  capacity: number;
  available: number;
}

interface Threshold {
  pressure: Pressure;
  /** What a pod is evicted for. */
  resource: 'memory' | 'ephemeral-storage' | 'inodes' | 'pids';
  /** The node may have it back by removing images and ended containers. */
  reclaimable?: true;
  /** Below this, the node is short. */
  least(capacity: number): number;
}

const mebi = 2 ** 20;

export const thresholds: Readonly<Record<SignalName, Threshold>> = {
  'memory.available': { pressure: 'MemoryPressure', resource: 'memory', least: () => 100 * mebi },
  'nodefs.available': {
    pressure: 'DiskPressure',
    resource: 'ephemeral-storage',
    reclaimable: true,
    least: (capacity) => Math.min(capacity * 0.1, 1024 * mebi),
  },
  'nodefs.inodesFree': {
    pressure: 'DiskPressure',
    resource: 'inodes',
    reclaimable: true,
    least: (capacity) => Math.min(capacity * 0.05, 50_000),
  },
  'pid.available': {
    pressure: 'PIDPressure',
    resource: 'pids',
    least: (capacity) => Math.min(capacity * 0.05, 1_000),
  },
};

export interface Shortage extends Observation, Threshold {
  /** The threshold for this capacity. */
  quantity: number;
}

/** Memory comes first, as upstream. */
export const shortagesIn = (observations: readonly Observation[]): Shortage[] =>
  observations.flatMap((observation) => {
    const threshold = thresholds[observation.signal];
    const quantity = Math.floor(threshold.least(observation.capacity));
    return observation.available < quantity ? [{ ...observation, ...threshold, quantity }] : [];
  });

/** How long a node keeps a condition after its cause has gone, in milliseconds, so that it does not flap. */
const transition = 300_000;

/** When each pressure was last seen, in milliseconds since the epoch. */
export type Seen = ReadonlyMap<Pressure, number>;

export const seenNow = (seen: Seen, shortages: readonly Shortage[], now: number): Seen =>
  new Map([...seen, ...shortages.map(({ pressure }): [Pressure, number] => [pressure, now])]);

export const lasting = (seen: Seen, now: number): Set<Pressure> =>
  new Set([...seen].flatMap(([pressure, at]) => (now - at < transition ? [pressure] : [])));
