/** Profiles: start, stop, delete, cancel. */
import type { Handlers } from '../contract.ts';
import type { Services } from './services.ts';

type ClusterCalls = Pick<
  Handlers,
  | 'engine.status'
  | 'engine.install'
  | 'cluster.list'
  | 'cluster.start'
  | 'cluster.stop'
  | 'cluster.delete'
  | 'cluster.cancel'
>;

/**
 * An operation on a cluster belongs to the machine, not to the window that began it: closing the window does not end
 * it, `cluster.cancel` does. So these handlers do not pass on the signal of the call.
 */
export const clusterCalls = ({ engine, clusters }: Services): ClusterCalls => ({
  'engine.status': (_, signal) => engine.status(signal),
  'engine.install': () => engine.install(new AbortController().signal),
  'cluster.list': (_, signal) => clusters.list(signal),
  'cluster.start': ({ profile, options }) => clusters.start(profile, options ?? {}, new AbortController().signal),
  'cluster.stop': ({ profile }) => clusters.stop(profile, new AbortController().signal),
  async 'cluster.delete'({ profile }) {
    await clusters.delete(profile, new AbortController().signal);
    return undefined;
  },
  async 'cluster.cancel'({ profile }) {
    await clusters.cancel(profile);
    return undefined;
  },
});
