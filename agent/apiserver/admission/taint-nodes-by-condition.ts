/**
 * A new node takes no pods before it is known to be ready: the node lifecycle controller takes the taint away.
 * https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#taintnodesbycondition
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/plugin/pkg/admission/nodetaint/admission.go
 */
import { nodes } from '../../api/core/node.ts';
import { resourceOf } from '../../api/kind.ts';
import type { AnyObject, Node } from '../../api/types.ts';
import { type Attributes, objectIn } from './attributes.ts';
import type { AdmissionStep } from './step.ts';

const notReady = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };

const isNode = ({ kind }: Attributes, _object: AnyObject): _object is AnyObject & Node =>
  resourceOf(kind) === resourceOf(nodes);

export const taintNodesByCondition: AdmissionStep = {
  name: 'TaintNodesByCondition',
  operations: ['create'],
  resources: ['nodes'],
  mutate: (attributes) => {
    const node = objectIn(attributes);
    if (!isNode(attributes, node)) return;
    node.spec ??= {};
    const { taints = [] } = node.spec;
    if (taints.some(({ key, effect }) => key === notReady.key && effect === notReady.effect)) return;
    node.spec.taints = [...taints, { ...notReady }];
  },
};
