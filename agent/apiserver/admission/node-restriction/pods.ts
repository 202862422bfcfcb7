/** A node makes mirror pods, and reports, evicts and removes the pods that run on it. */
import { nodes } from '../../../api/core/node.ts';
import { configMapsOf, secretsOf } from '../../../api/core/pod-references.ts';
import { isEqual } from '../../../api/json/value.ts';
import type { Pod } from '../../../api/types.ts';
import { mirrorAnnotation } from '../../authorization/node-graph.ts';
import { oldPodOf, podOf } from '../pods.ts';
import { type Asked, type Check, quoted, refused, storedPod } from './asked.ts';

/** Undefined: the one owner is the node, by its name. */
function ownerComplaint({ metadata: { ownerReferences = [] } }: Pod, nodeName: string): string | undefined {
  const node = quoted(nodeName);
  const [owner, ...others] = ownerReferences;
  if (others.length > 0) return `node ${node} can only create pods with a single owner reference set to itself`;
  if (owner?.apiVersion !== 'v1' || owner.kind !== 'Node' || owner.name !== nodeName) {
    return `node ${node} can only create pods with an owner reference set to itself`;
  }
  if (!owner.controller) {
    return `node ${node} can only create pods with a controller owner reference set to itself`;
  }
  return owner.blockOwnerDeletion ? `node ${node} must not set blockOwnerDeletion on an owner reference` : undefined;
}

/** What a node could get at by a pod that it makes itself. Undefined: nothing. */
function referenceComplaint(pod: Pod): string | undefined {
  const volumes = pod.spec.volumes ?? [];
  if (pod.spec.serviceAccountName) return 'a service account';
  if (secretsOf(pod).length > 0) return 'secrets';
  if (configMapsOf(pod).length > 0) return 'configmaps';
  if (volumes.some(({ projected }) => projected?.sources?.some((source) => source.clusterTrustBundle))) {
    return 'clustertrustbundles';
  }
  return volumes.some(({ persistentVolumeClaim }) => persistentVolumeClaim) ? 'persistentvolumeclaims' : undefined;
}

function checkCreation(asked: Asked, pod: Pod): void {
  const { cluster, nodeName } = asked;
  const node = quoted(nodeName);
  if (pod.metadata.annotations?.[mirrorAnnotation] === undefined) {
    throw refused(
      asked,
      `pod does not have ${quoted(mirrorAnnotation)} annotation, node ${node} can only create mirror pods`,
    );
  }
  if (pod.spec.nodeName !== nodeName) {
    throw refused(asked, `node ${node} can only create pods with spec.nodeName set to itself`);
  }
  const complaint = ownerComplaint(pod, nodeName);
  if (complaint) throw refused(asked, complaint);
  const { uid } = cluster.storage.get(nodes, '', nodeName).object.metadata;
  const given = pod.metadata.ownerReferences?.[0]?.uid;
  if (given !== uid) throw refused(asked, `node ${nodeName} UID mismatch: expected ${given} got ${uid}`);
  const reference = referenceComplaint(pod);
  if (reference) throw refused(asked, `node ${node} can not create pods that reference ${reference}`);
}

const checkPodItself: Check = (asked) => {
  const { attributes, nodeName } = asked;
  const { operation } = attributes;
  const pod = podOf(attributes);
  if (operation === 'create' && pod) return checkCreation(asked, pod);
  if (operation !== 'delete') {
    const given = quoted(operation.toUpperCase());
    throw refused(
      asked,
      `unexpected operation ${given}, node ${quoted(nodeName)} can only create and delete mirror pods`,
    );
  }
  if (oldPodOf(attributes)?.spec.nodeName === nodeName) return;
  throw refused(asked, `node ${quoted(nodeName)} can only delete pods with spec.nodeName set to itself`);
};

const checkStatus: Check = (asked) => {
  const { object, old } = asked.attributes;
  const node = quoted(asked.nodeName);
  if (oldPodOf(asked.attributes)?.spec.nodeName !== asked.nodeName) {
    throw refused(asked, `node ${node} can only update pod status for pods with spec.nodeName set to itself`);
  }
  if (!isEqual(object?.metadata.labels ?? {}, old?.metadata.labels ?? {})) {
    throw refused(asked, `node ${node} cannot update labels through pod status`);
  }
  if (!isEqual(object?.status?.resourceClaimStatuses ?? [], old?.status?.resourceClaimStatuses ?? [])) {
    throw refused(asked, `node ${node} cannot update resource claim statues`);
  }
};

const checkEviction: Check = (asked) => {
  const { attributes, nodeName } = asked;
  const name = attributes.name || attributes.object?.metadata.name;
  if (!name) throw refused(asked, 'could not determine pod from request data');
  if (storedPod(asked, name).spec.nodeName === nodeName) return;
  throw refused(asked, `node ${nodeName} can only evict pods with spec.nodeName set to itself`);
};

export const checkPod: Check = (asked) => {
  const { subresource } = asked.attributes;
  if (subresource === '') return checkPodItself(asked);
  if (subresource === 'status') return checkStatus(asked);
  if (subresource === 'eviction') return checkEviction(asked);
  const given = quoted(subresource);
  throw refused(asked, `unexpected pod subresource ${given}, only 'status' and 'eviction' are allowed`);
};
