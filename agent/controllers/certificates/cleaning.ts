/**
 * Deletes requests that nobody needs any more.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/certificates/cleaner/cleaner.go
 */
import { X509Certificate } from 'node:crypto';
import { certificateSigningRequests } from '../../api/certificates/certificate-signing-request.ts';
import { isConflict, isNotFound } from '../../api/errors.ts';
import type { CertificateSigningRequest } from '../../api/types.ts';
import { defineController } from '../shared/runtime.ts';
import { conditionsOf, isIssued } from './conditions.ts';

const hour = 3600_000;
/** How long a request stays after it was decided, in milliseconds; one that nobody decides stays a day. */
const decidedFor = hour;
const pendingFor = 24 * hour;

/** When the certificate ends; undefined where it cannot be read. */
function endOf({ status }: CertificateSigningRequest): number | undefined {
  try {
    return Date.parse(new X509Certificate(Buffer.from(status?.certificate ?? '', 'base64')).validTo);
  } catch {
    // Whatever it is, its time is not known: the request goes an hour after it was decided.
    return undefined;
  }
}

/** When the request is to go, in milliseconds since the epoch. */
export function dueTime(request: CertificateSigningRequest): number {
  const made = Date.parse(request.metadata.creationTimestamp);
  const decisions = conditionsOf(request).filter(({ type }) => ['Approved', 'Denied', 'Failed'].includes(type));
  if (decisions.length === 0) return made + pendingFor;
  const first = Math.min(
    ...decisions.map(({ lastUpdateTime }) => (lastUpdateTime ? Date.parse(lastUpdateTime) : made)),
  );
  const end = isIssued(request) ? endOf(request) : undefined;
  return Math.min(first + decidedFor, end ?? Number.POSITIVE_INFINITY);
}

export const certificateCleaning = defineController({
  name: 'csrcleaner',
  account: 'certificate-controller',
  for: certificateSigningRequests,
  async reconcile({ client, informer, clock, signal }, key) {
    const request = informer(certificateSigningRequests).get(key);
    if (!request) return undefined;
    const wait = dueTime(request) - clock.now();
    if (wait > 0) return { after: wait };
    const { name, uid } = request.metadata;
    try {
      await client.resource(certificateSigningRequests).delete(name, undefined, { preconditions: { uid } }, signal);
    } catch (error) {
      if (!isNotFound(error) && !isConflict(error)) throw error;
    }
    return undefined;
  },
});
