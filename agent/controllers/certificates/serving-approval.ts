/**
 * Approves the requests of nodes for certificates to serve with, for the names and addresses that the node has.
 * Upstream leaves that to whoever runs the cluster, because its API server does not check kubelets; ours does.
 * https://kubernetes.io/docs/reference/access-authn-authz/kubelet-tls-bootstrapping/#certificate-rotation
 */
import { certificateSigningRequests } from '../../api/certificates/certificate-signing-request.ts';
import { nodes } from '../../api/core/node.ts';
import { isConflict, isNotFound } from '../../api/errors.ts';
import type { CertificateSigningRequest, Node } from '../../api/types.ts';
import { watch } from '../shared/controller.ts';
import { defineController } from '../shared/runtime.ts';
import { hasCondition, isIssued } from './conditions.ts';
import { checkServing, kubeletServing, type Subject } from './signers.ts';

const isOpen = (request: CertificateSigningRequest): boolean =>
  request.spec.signerName === kubeletServing &&
  !hasCondition(request, 'Approved') &&
  !hasCondition(request, 'Denied') &&
  !isIssued(request);

const nodeNameOf = ({ spec }: CertificateSigningRequest): string => (spec.username ?? '').replace(/^system:node:/, '');

/** Whether the node asks for itself, and for nothing that is not its own. Pure. */
function mayServe(request: CertificateSigningRequest, subject: Subject, node: Node): boolean {
  const { username, usages = [] } = request.spec;
  const own = new Set((node.status?.addresses ?? []).map(({ address }) => address));
  return (
    subject.commonName === username &&
    username === `system:node:${node.metadata.name}` &&
    checkServing(subject, usages) === undefined &&
    [...subject.dnsNames, ...subject.ipAddresses].every((name) => own.has(name))
  );
}

export const servingApproval = defineController({
  name: 'csrapproving_kubelet_serving',
  account: 'skiff-serving-approver',
  for: certificateSigningRequests,
  keys: ({ object }) => (object.spec.signerName === kubeletServing ? [object.metadata.name] : []),
  // A node may ask before its addresses are known.
  watches: [
    watch(nodes, ({ type, object }, { informer }) =>
      type === 'deleted'
        ? []
        : informer(certificateSigningRequests)
            .list()
            .filter((request) => isOpen(request) && nodeNameOf(request) === object.metadata.name)
            .map(({ metadata }) => metadata.name),
    ),
  ],
  async reconcile({ client, informer, signal }, key) {
    const request = informer(certificateSigningRequests).get(key);
    const node = request && informer(nodes).get(nodeNameOf(request));
    if (!request || !node || !isOpen(request)) return undefined;
    const { readRequest } = await import('../../certificates/x509.ts');
    if (!mayServe(request, readRequest(request.spec.request), node)) return undefined;
    const message = 'Auto approving kubelet serving certificate for the addresses of its node.';
    const approved = { type: 'Approved', status: 'True', reason: 'AutoApproved', message };
    const conditions = [...(request.status?.conditions ?? []), approved];
    try {
      const requests = client.resource(certificateSigningRequests);
      const written = await requests.put({ ...request, status: { ...request.status, conditions } }, 'approval', signal);
      await informer(certificateSigningRequests).caughtUp(written, signal);
    } catch (error) {
      // The request changed or is gone; the informer will report that.
      if (!isNotFound(error) && !isConflict(error)) throw error;
    }
    return undefined;
  },
});
