/**
 * How a scheduler places a pod.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/registry/core/pod/storage/storage.go
 */
import { type Condition, withCondition } from '../../api/conditions.ts';
import { pods } from '../../api/core/pod.ts';
import { notSupported, requiredText } from '../../api/field-errors.ts';
import type { FieldError } from '../../api/kind.ts';
import { observedGeneration } from '../../api/pods.ts';
import type { AnyObject } from '../../api/types.ts';
import { timestamp } from '../../clock.ts';
import type { Core } from '../core.ts';
import { badRequest, conflict, notBound, unclassified } from '../errors.ts';
import { keyOf } from '../state/state.ts';
import { attributesOf, type Call } from '../verbs/call.ts';
import { decodePosted, postedType } from '../verbs/decode.ts';
import { admit } from '../verbs/pipeline.ts';

interface Binding {
  metadata?: {
    name?: string;
    uid?: string;
    resourceVersion?: string;
    annotations?: Record<string, string>;
    labels?: Record<string, string>;
  };
  target?: { kind?: string; name?: string };
}

/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go
 * (ValidatePodBinding)
 */
function validateBinding({ target: { kind, name } = {} }: Binding): FieldError[] {
  return [
    ...(kind && kind !== 'Node' ? [notSupported('target.kind', kind, ['Node', '<empty>'])] : []),
    ...requiredText('target.name', name),
  ];
}

const bindingType = postedType('', 'v1', 'Binding');

/** The pod with its node. It is nominated for none any more, and has the labels and annotations of the binding. */
function assign(core: Core, pod: AnyObject, binding: Binding, node: string): AnyObject {
  const { metadata } = pod;
  const scheduled = {
    type: 'PodScheduled',
    ...observedGeneration(pod),
    status: 'True',
    lastProbeTime: null,
    lastTransitionTime: timestamp(core.clock.now()),
  };
  const { nominatedNodeName: _nominated, ...status } = pod.status ?? {};
  const { annotations, labels } = binding.metadata ?? {};
  return {
    ...pod,
    metadata: {
      ...metadata,
      ...(annotations ? { annotations: { ...metadata.annotations, ...annotations } } : {}),
      ...(labels ? { labels: { ...metadata.labels, ...labels } } : {}),
    },
    spec: { ...pod.spec, nodeName: node },
    status: {
      ...status,
      conditions: withCondition<Condition>(status.conditions as Condition[] | undefined, scheduled),
    },
  };
}

/**
 * Throws `ApiError` 409 if the binding is about an earlier version of the pod, or about another pod of its name.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/storage/interfaces.go (Preconditions.Check)
 */
function checkPreconditions({ metadata }: AnyObject, { metadata: { uid, resourceVersion } = {} }: Binding): void {
  const checks = [
    ['UID', uid, metadata.uid],
    ['ResourceVersion', resourceVersion, metadata.resourceVersion],
  ] as const;
  for (const [field, wanted, present] of checks) {
    if (!wanted || wanted === present) continue;
    const key = keyOf(pods, metadata.namespace ?? '', metadata.name);
    const reason = `Precondition failed: ${field} in precondition: ${wanted}, ${field} in object meta: ${present}`;
    throw conflict(
      pods,
      metadata.name,
      `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: ${reason}`,
    );
  }
}

/** `pods/NAME/binding`, and `bindings`; in both the body names the pod. */
export async function bind(call: Call): Promise<void> {
  const { core, path } = call;
  const posted = decodePosted(call, bindingType);
  const attributes = attributesOf(call, { operation: 'create', name: path.name, object: posted });
  await admit(core, attributes);
  const binding: Binding = attributes.object ?? posted;
  const named = binding.metadata?.name ?? '';
  const name = path.name || named;
  if (named !== name) {
    throw badRequest('name in URL does not match name in Binding object');
  }
  const errors = validateBinding(binding);
  if (errors.length > 0) throw unclassified(errors);
  const node = binding.target?.name ?? '';
  await core.storage.change(pods, path.namespace, name, attributes.dryRun, ({ object }) => {
    checkPreconditions(object, binding);
    if (object.metadata.deletionTimestamp) {
      throw notBound(pods, name, `pod ${name} is being deleted, cannot be assigned to a host`);
    }
    if (object.spec?.nodeName) {
      throw notBound(pods, name, `pod ${name} is already assigned to node ${JSON.stringify(object.spec.nodeName)}`);
    }
    if (Array.isArray(object.spec?.schedulingGates) && object.spec.schedulingGates.length > 0) {
      throw notBound(pods, name, `pod ${name} has non-empty .spec.schedulingGates`);
    }
    return { action: 'put', object: assign(core, object, binding, node) };
  });
}
