/**
 * What a node writes is its own. What it may ask for at all is decided before, by the node authorizer, which does not
 * see what is in an object.
 * https://github.com/kubernetes/kubernetes/blob/master/plugin/pkg/admission/noderestriction/admission.go
 */
import { resourceOf } from '../../../api/kind.ts';
import { nodeNameOf } from '../../authorization/node.ts';
import type { AdmissionStep } from '../step.ts';
import { type Check, quoted, refused } from './asked.ts';
import { checkNode } from './nodes.ts';
import { checkClaim, checkCsiNode, checkLease, checkResourceSlice } from './others.ts';
import { checkPod } from './pods.ts';
import { checkToken } from './tokens.ts';

const checks: ReadonlyMap<string, Check> = new Map([
  ['pods', checkPod],
  ['nodes', checkNode],
  ['serviceaccounts', checkToken],
  ['leases.coordination.k8s.io', checkLease],
  ['persistentvolumeclaims', checkClaim],
  ['csinodes.storage.k8s.io', checkCsiNode],
  ['resourceslices.resource.k8s.io', checkResourceSlice],
]);

export const nodeRestriction: AdmissionStep = {
  name: 'NodeRestriction',
  operations: ['create', 'update', 'delete'],
  resources: [...checks.keys()].map((resource) => `${resource}/*`),
  check: (attributes, cluster) => {
    const nodeName = nodeNameOf(attributes.user);
    if (nodeName === undefined) return;
    const asked = { attributes, cluster, nodeName };
    if (nodeName === '') {
      throw refused(asked, `could not determine node from user ${quoted(attributes.user.username)}`);
    }
    checks.get(resourceOf(attributes.kind))?.(asked);
  },
};
