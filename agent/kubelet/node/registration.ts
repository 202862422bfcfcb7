/**
 * Writes the Node object to the API.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/kubelet_node_status.go
 */

import { nodes } from '../../api/core/node.ts';
import { isAlreadyExists } from '../../api/errors.ts';
import { mediaType } from '../../api/media-types.ts';
import type { Draft, Node } from '../../api/types.ts';
import { podCIDRsOf } from '../../node-config.ts';
import { type NodeFacts, nodeLabels, nodeStatus, nodeTaints } from './node-status.ts';
import type { NodeParts } from './parts.ts';

const draftOf = (facts: NodeFacts): Draft<Node> => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: {
    name: facts.config.nodeName,
    labels: { ...facts.config.labels, ...nodeLabels(facts) },
    annotations: { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' },
  },
  spec: {
    podCIDR: facts.config.podCIDR,
    podCIDRs: [...podCIDRsOf(facts.config)],
    ...(nodeTaints(facts.config).length > 0 ? { taints: nodeTaints(facts.config) } : {}),
  },
});

export interface Registration {
  /** Creates the node, or sets the labels of an existing one. */
  register(facts: NodeFacts): Promise<Node>;
  /** `node` is the last known object: unchanged conditions keep their transition time. */
  postStatus(facts: NodeFacts, node: Node): Promise<Node>;
}

export function createRegistration({ client, clock, signal }: NodeParts): Registration {
  const resource = client.resource(nodes);
  return {
    async register(facts) {
      try {
        return await resource.create(draftOf(facts), signal);
      } catch (error) {
        if (!isAlreadyExists(error)) throw error;
        const patch = { metadata: { labels: nodeLabels(facts) } };
        return resource.patch(facts.config.nodeName, undefined, mediaType.mergePatch, patch, {}, signal);
      }
    },
    postStatus(facts, node) {
      const status = nodeStatus(facts, node, clock.now());
      const type = mediaType.strategicMergePatch;
      const options = { subresource: 'status' };
      return resource.patch(facts.config.nodeName, undefined, type, { status }, options, signal);
    },
  };
}
