/**
 * Who may decide on certificate requests and sign them, and what nobody may ask for.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/plugin/pkg/admission/certificates/ (approval, signing,
 * subjectrestriction)
 */

import { messageOf } from '../../api/errors.ts';
import { invalid } from '../../api/field-errors.ts';
import { isEqual } from '../../api/json/value.ts';
import type { AnyObject, CertificateSigningRequest } from '../../api/types.ts';
import { forbidden, invalid as invalidObject } from '../errors.ts';
import { pathInfo } from '../request-info.ts';
import { systemMasters, type UserInfo } from '../user.ts';
import { type Attributes, objectIn } from './attributes.ts';
import type { AdmissionStep, Cluster } from './step.ts';

const group = 'certificates.k8s.io';
const resource = `certificatesigningrequests.${group}`;
const clientSigner = 'kubernetes.io/kube-apiserver-client';

const requestIn = (object: AnyObject | undefined) =>
  object as (AnyObject & Partial<CertificateSigningRequest>) | undefined;

/** Rights are given for one signer, or for all of its domain. */
function mayUse({ authorizer }: Cluster, user: UserInfo, verb: 'approve' | 'sign', signerName: string): boolean {
  const domain = signerName.split('/', 1)[0] ?? '';
  return [signerName, `${domain}/*`].some((name) => {
    const info = { ...pathInfo(user, verb, ''), isResource: true, group, version: '*', resource: 'signers', name };
    return authorizer.authorize(info).decision === 'allow';
  });
}

function checkSigner(attributes: Attributes, cluster: Cluster, verb: 'approve' | 'sign'): void {
  const { kind, user, name, old } = attributes;
  const signerName = requestIn(old)?.spec?.signerName ?? '';
  if (mayUse(cluster, user, verb, signerName)) return;
  throw forbidden(kind, name, `user not permitted to ${verb} requests with signerName ${JSON.stringify(signerName)}`);
}

export const certificateApproval: AdmissionStep = {
  name: 'CertificateApproval',
  operations: ['update'],
  resources: [`${resource}/approval`],
  check: (attributes, cluster) => checkSigner(attributes, cluster, 'approve'),
};

export const certificateSigning: AdmissionStep = {
  name: 'CertificateSigning',
  operations: ['update'],
  resources: [`${resource}/status`],
  check: (attributes, cluster) => {
    const before = requestIn(attributes.old)?.status;
    const after = requestIn(objectIn(attributes))?.status;
    const same = before?.certificate === after?.certificate && isEqual(before?.conditions, after?.conditions);
    if (!same) checkSigner(attributes, cluster, 'sign');
  },
};

/** Throws `ApiError` 422 where what is asked for is no certificate request, which upstream's validation finds out. */
async function organizationsIn({ kind, name }: Attributes, request: string): Promise<readonly string[]> {
  const { readRequest } = await import('../../certificates/x509.ts');
  try {
    return readRequest(request).organizations;
  } catch (error) {
    throw invalidObject(kind, name, [invalid('spec.request', request, messageOf(error))]);
  }
}

export const certificateSubjectRestriction: AdmissionStep = {
  name: 'CertificateSubjectRestriction',
  operations: ['create'],
  resources: [resource],
  validate: async (attributes) => {
    const { kind, name } = attributes;
    const { request = '', signerName } = requestIn(objectIn(attributes))?.spec ?? {};
    const organizations = await organizationsIn(attributes, request);
    if (signerName !== clientSigner || !organizations.includes(systemMasters)) return;
    throw forbidden(kind, name, `use of ${clientSigner} signer with ${systemMasters} group is not allowed`);
  },
};
