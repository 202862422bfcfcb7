/**
 * A node has the one runtime of its engine. Who wants a pod in a sandbox of another kind is not given an ordinary one.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/runtimeclass/runtimeclass_manager.go
 */
import { runtimeClasses } from '../../api/node/runtime-class.ts';
import type { Pod } from '../../api/types.ts';
import type { Client } from '../../client/client.ts';

/** What container runtimes call the one that they use where nothing else is asked for. */
const ordinary = 'runc';

/** Rejects where the pod's runtime class cannot be read, or is not the one of this node. */
export async function checkRuntimeHandler(client: Client, { spec }: Pod, signal: AbortSignal): Promise<void> {
  if (!spec.runtimeClassName) return;
  const { handler } = await client.resource(runtimeClasses).get(spec.runtimeClassName, undefined, signal);
  if (handler !== ordinary) throw new Error(`no runtime for "${handler}" is configured`);
}
