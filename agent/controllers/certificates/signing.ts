/**
 * Signs approved requests with the cluster's authority.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/certificates/signer/signer.go
 */
import { certificateSigningRequests } from '../../api/certificates/certificate-signing-request.ts';
import { isConflict, isNotFound, messageOf } from '../../api/errors.ts';
import type { CertificateSigningRequest } from '../../api/types.ts';
import type { SigningAuthority } from '../../certificates/x509.ts';
import { type Controller, defineController } from '../shared/runtime.ts';
import { conditionsOf, hasCondition, isIssued } from './conditions.ts';
import { signers, validityOf } from './signers.ts';

type Signer = (typeof signers)[number];

/** The request with its certificate, or with the reason why it gets none. */
async function signed(
  request: CertificateSigningRequest,
  { check }: Signer,
  authority: SigningAuthority,
  now: number,
): Promise<CertificateSigningRequest> {
  const { readRequest, issueCertificate } = await import('../../certificates/x509.ts');
  const { spec, status } = request;
  const usages = spec.usages ?? [];
  const problem = check(readRequest(spec.request), usages);
  if (problem !== undefined) {
    const failed = { type: 'Failed', status: 'True', reason: 'SignerValidationFailure', message: problem };
    return { ...request, status: { ...status, conditions: [...conditionsOf(request), failed] } };
  }
  const issue = { usages, ...validityOf(spec.expirationSeconds, now) };
  return { ...request, status: { ...status, certificate: await issueCertificate(spec.request, authority, issue) } };
}

const controllerOf = (signer: Signer, authority: SigningAuthority): Controller =>
  defineController({
    name: signer.queue,
    account: 'certificate-controller',
    for: certificateSigningRequests,
    keys: ({ object }) => (object.spec.signerName === signer.signerName ? [object.metadata.name] : []),
    async reconcile({ client, informer, clock, log, signal }, key) {
      const requests = informer(certificateSigningRequests);
      const request = requests.get(key);
      if (!request || isIssued(request)) return undefined;
      if (!hasCondition(request, 'Approved') || hasCondition(request, 'Failed')) return undefined;
      try {
        const answer = await signed(request, signer, authority, clock.now());
        await requests.caughtUp(await client.resource(certificateSigningRequests).updateStatus(answer, signal), signal);
      } catch (error) {
        // The request changed or is gone; the informer will report that.
        if (isNotFound(error) || isConflict(error)) return undefined;
        log.error('Could not sign a certificate request', { request: key, error: messageOf(error) });
        throw error;
      }
      return undefined;
    },
  });

/** One for each of Kubernetes' own signers. */
export const certificateSigning = (authority: SigningAuthority): Controller[] =>
  signers.map((signer) => controllerOf(signer, authority));
