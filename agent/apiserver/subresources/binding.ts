/** How a scheduler places a pod. https://github.com/kubernetes/kubernetes/blob/master/pkg/registry/core/pod/storage/storage.go */
import { pods } from '../../api/core/pod.ts';
import type { AnyObject } from '../../api/types.ts';
import { timestamp } from '../../clock.ts';
import type { Core } from '../core.ts';
import { badRequest, conflict } from '../errors.ts';

interface Binding {
  metadata?: { name?: string; uid?: string; annotations?: Record<string, string>; labels?: Record<string, string> };
  target?: { kind?: string; name?: string };
}

interface Condition {
  type: string;
  [field: string]: unknown;
}

const bindingOf = (body: unknown): Binding => {
  if (typeof body !== 'object' || body === null) throw badRequest('the body is not a Binding');
  return body;
};

function assign(core: Core, pod: AnyObject, binding: Binding, node: string): AnyObject {
  const { metadata } = pod;
  const scheduled = {
    type: 'PodScheduled',
    status: 'True',
    lastProbeTime: null,
    lastTransitionTime: timestamp(core.clock.now()),
  };
  const before = (pod.status?.conditions ?? []) as Condition[];
  return {
    ...pod,
    metadata: {
      ...metadata,
      ...(binding.metadata?.annotations
        ? { annotations: { ...metadata.annotations, ...binding.metadata.annotations } }
        : {}),
    },
    spec: { ...pod.spec, nodeName: node },
    status: {
      ...pod.status,
      conditions: [...before.filter(({ type }) => type !== 'PodScheduled'), scheduled],
    },
  };
}

export async function bind(
  core: Core,
  namespace: string,
  podName: string,
  body: unknown,
  dryRun: boolean,
): Promise<void> {
  const binding = bindingOf(body);
  const name = podName || binding.metadata?.name || '';
  const node = binding.target?.name;
  if (!node) throw badRequest('Binding.target.name: Required value');
  if (binding.target?.kind && binding.target.kind !== 'Node') {
    throw badRequest('target.kind: Unsupported value: supported values: "Node", "<empty>"');
  }
  await core.storage.change(pods, namespace, name, dryRun, ({ object }) => {
    if (binding.metadata?.uid && binding.metadata.uid !== object.metadata.uid) {
      throw conflict(
        pods,
        name,
        `Precondition failed: UID in precondition: ${binding.metadata.uid}, UID in object meta: ${object.metadata.uid}`,
      );
    }
    if (object.metadata.deletionTimestamp) {
      throw conflict(pods, name, `pod ${name} is being deleted, cannot be assigned to a host`);
    }
    if (object.spec?.nodeName) {
      throw conflict(pods, name, `pod ${name} is already assigned to node ${JSON.stringify(object.spec.nodeName)}`);
    }
    return { action: 'put', object: assign(core, object, binding, node) };
  });
}
