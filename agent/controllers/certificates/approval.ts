/**
 * Approves the requests of kubelets that may ask for the certificate of their own node, or of any.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/certificates/approver/sarapprove.go
 */
import { certificateSigningRequests } from '../../api/certificates/certificate-signing-request.ts';
import { defineKind } from '../../api/define-kind.ts';
import { isConflict, isNotFound } from '../../api/errors.ts';
import type { CertificateSigningRequest, KubeObject } from '../../api/types.ts';
import type { Context } from '../shared/controller.ts';
import { defineController } from '../shared/runtime.ts';
import { hasCondition, isIssued } from './conditions.ts';
import { checkKubeletClient, kubeletClient } from './signers.ts';

interface AccessReview extends KubeObject {
  spec: object;
  status?: { allowed?: boolean };
}

/** Answered and never stored. */
const accessReviews = defineKind<AccessReview>({
  kind: 'SubjectAccessReview',
  plural: 'subjectaccessreviews',
  namespaced: false,
  representations: [
    { group: 'authorization.k8s.io', version: 'v1', definition: 'io.k8s.api.authorization.v1.SubjectAccessReview' },
  ],
});

interface Recognizer {
  subresource: string;
  message: string;
}

const own: Recognizer = {
  subresource: 'selfnodeclient',
  message: 'Auto approving self kubelet client certificate after SubjectAccessReview.',
};
const any: Recognizer = {
  subresource: 'nodeclient',
  message: 'Auto approving kubelet client certificate after SubjectAccessReview.',
};

/** What the requestor must be allowed to create for the request to be approved; any of these will do. */
async function recognizersOf({ spec }: CertificateSigningRequest): Promise<Recognizer[]> {
  if (spec.signerName !== kubeletClient) return [];
  const { readRequest } = await import('../../certificates/x509.ts');
  const subject = readRequest(spec.request);
  if (checkKubeletClient(subject, spec.usages ?? []) !== undefined) return [];
  return subject.commonName === spec.username ? [own, any] : [any];
}

async function mayCreate(context: Context, { spec }: CertificateSigningRequest, subresource: string): Promise<boolean> {
  const { client, signal } = context;
  const resourceAttributes = {
    group: 'certificates.k8s.io',
    resource: 'certificatesigningrequests',
    verb: 'create',
    subresource,
    version: '*',
  };
  const { username: user, uid, groups, extra } = spec;
  const review = await client.resource(accessReviews).create(
    {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      metadata: {},
      spec: { user, uid, groups, extra, resourceAttributes },
    },
    signal,
  );
  return review.status?.allowed === true;
}

async function approve(context: Context, request: CertificateSigningRequest): Promise<void> {
  const { client, informer, signal } = context;
  for (const { subresource, message } of await recognizersOf(request)) {
    if (!(await mayCreate(context, request, subresource))) continue;
    const approved = { type: 'Approved', status: 'True', reason: 'AutoApproved', message };
    const conditions = [...(request.status?.conditions ?? []), approved];
    const requests = client.resource(certificateSigningRequests);
    const written = await requests.put({ ...request, status: { ...request.status, conditions } }, 'approval', signal);
    await informer(certificateSigningRequests).caughtUp(written, signal);
    return;
  }
}

export const certificateApproval = defineController({
  name: 'csrapproving',
  account: 'certificate-controller',
  for: certificateSigningRequests,
  async reconcile(context, key) {
    const request = context.informer(certificateSigningRequests).get(key);
    const decided = request && (hasCondition(request, 'Approved') || hasCondition(request, 'Denied'));
    if (!request || decided || isIssued(request)) return undefined;
    try {
      await approve(context, request);
    } catch (error) {
      // The request changed or is gone; the informer will report that.
      if (!isNotFound(error) && !isConflict(error)) throw error;
    }
    return undefined;
  },
});
