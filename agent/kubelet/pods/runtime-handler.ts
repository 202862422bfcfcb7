/**
 * The runtime that a pod's class asks for. A pod whose class the node does not have is not given an ordinary runtime.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/runtimeclass/runtimeclass_manager.go
 */
import { runtimeClasses } from '../../api/node/runtime-class.ts';
import type { Pod } from '../../api/types.ts';
import type { Client } from '../../client/client.ts';
import type { Runtime } from '../runtime/runtime.ts';

/** What container runtimes call the one that they use by default, even if the engine's own has another name. */
const ordinary = 'runc';

/** containerd's words, which users search for. */
const notConfigured = (handler: string): Error =>
  new Error(
    `rpc error: code = Unknown desc = failed to get sandbox runtime: no runtime for "${handler}" is configured`,
  );

export interface HandlerParts {
  client: Client;
  runtime: Pick<Runtime, 'handlers'>;
}

/** Undefined for the engine's default. Rejects if the class cannot be read, or the engine does not have its handler. */
export async function runtimeHandlerOf(
  { client, runtime }: HandlerParts,
  { spec }: Pod,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (!spec.runtimeClassName) return undefined;
  const { handler } = await client.resource(runtimeClasses).get(spec.runtimeClassName, undefined, signal);
  if ((await runtime.handlers(signal)).includes(handler)) return handler;
  if (handler === ordinary) return undefined;
  throw notConfigured(handler);
}
