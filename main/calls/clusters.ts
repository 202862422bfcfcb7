/** Profiles: start, stop, delete, cancel; and their nodes. */
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
  | 'node.add'
  | 'node.remove'
  | 'node.stop'
  | 'node.start'
  | 'node.restart'
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
  'node.add': ({ profile, options }) => clusters.nodes.add(profile, options ?? {}, new AbortController().signal),
  'node.remove': ({ profile, node, force }) =>
    clusters.nodes.remove(profile, node, { ...(force ? { force } : {}) }, new AbortController().signal),
  'node.stop': ({ profile, node }) => clusters.nodes.stop(profile, node, new AbortController().signal),
  'node.start': ({ profile, node }) => clusters.nodes.start(profile, node, new AbortController().signal),
  'node.restart': ({ profile, node }) => clusters.nodes.restart(profile, node, new AbortController().signal),
  async 'cluster.cancel'({ profile }) {
    await clusters.cancel(profile);
    return undefined;
  },
});
