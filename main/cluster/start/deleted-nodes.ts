/**
 * A kubelet registers its node when it starts, and not again where somebody deletes it, as upstream has it. So a start that
 * finds one gone starts what runs it anew.
 */
import { readJson } from '../../kube/client.ts';
import { filled, type StartState } from './state.ts';

/** Answers whether there were any. */
export async function restartDeletedNodes(state: StartState, signal: AbortSignal): Promise<boolean> {
  const { nodes } = filled(state, 'profile');
  // What this very start has started is about to register itself.
  const running = nodes.filter(({ name }) => !state.started.has(name));
  if (running.length === 0) return false;
  const connection = filled(state, 'connection');
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
