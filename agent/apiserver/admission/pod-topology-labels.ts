/**
 * A pod carries the zone and the region of its node as labels, so that the downward API can show them to its
 * containers.
 * https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#podtopologylabels
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/plugin/pkg/admission/podtopologylabels/admission.go
 */
import { nodes } from '../../api/core/node.ts';
import { own, setOwn } from '../../api/own.ts';
import type { Attributes } from './attributes.ts';
import { podOf } from './pods.ts';
import type { AdmissionStep, Cluster } from './step.ts';

const topologyLabels = ['topology.kubernetes.io/zone', 'topology.kubernetes.io/region'];

interface Target {
  kind?: string;
  name?: string;
}

/** The node that a new pod is on, or that a binding places a pod on; '' if there is none. */
function nodeNameOf(attributes: Attributes): string {
  if (attributes.subresource === '') return podOf(attributes)?.spec.nodeName ?? '';
  const { kind, name = '' } = (attributes.object?.target ?? {}) as Target;
  return kind === 'Node' ? name : '';
}

/** The node's labels replace labels of the same keys. A node that does not exist has none. */
function copyLabels(attributes: Attributes, { storage }: Cluster): void {
  const { object } = attributes;
  const nodeName = nodeNameOf(attributes);
  const ofNode = nodeName ? storage.find(nodes, '', nodeName)?.object.metadata.labels : undefined;
  if (!object || !ofNode) return;
  const labels: Record<string, string> = { ...object.metadata.labels };
  for (const key of topologyLabels) {
    const value = own(ofNode, key);
    if (value !== undefined) setOwn(labels, key, value);
  }
  if (Object.keys(labels).length > 0) attributes.object = { ...object, metadata: { ...object.metadata, labels } };
}

export const podTopologyLabels: AdmissionStep = {
  name: 'PodTopologyLabels',
  operations: ['create'],
  resources: ['pods', 'pods/binding'],
  mutate: copyLabels,
};
