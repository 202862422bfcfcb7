/**
 * A kubelet registers its node when it starts, and not again after the user deletes the node, as in upstream. So a
 * start that finds a node missing restarts its kubelet.
 */
import { readJson } from '../../kube/client.ts';
import { required, type StartState } from './state.ts';

/** Resolves true if any node was missing. */
export async function restartDeletedNodes(state: StartState, signal: AbortSignal): Promise<boolean> {
  const { nodes } = required(state, 'profile');
  // Nodes that this start has started are still registering themselves.
  const running = nodes.filter(({ name }) => !state.started.has(name));
  if (running.length === 0) return false;
  const connection = required(state, 'connection');
  const { items } = await readJson<{ items: { metadata: { name: string } }[] }>(connection, '/api/v1/nodes', signal);
  const known = new Set(items.map(({ metadata }) => metadata.name));
  const deleted = running.filter(({ name }) => !known.has(name));
  if (deleted.length === 0) return false;
  for (const { name } of deleted) state.say(`${name} was deleted from the cluster, and joins it again`);
  await state.platform.restart(
    state,
    deleted.map(({ name }) => name),
    signal,
  );
  return true;
}
