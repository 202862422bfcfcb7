/**
 * Asks the API server for a certificate, and waits until somebody has approved and signed it.
 * https://kubernetes.io/docs/reference/access-authn-authz/kubelet-tls-bootstrapping/ and
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/staging/src/k8s.io/client-go/util/certificate/csr/csr.go
 */
import { certificateSigningRequests } from '../../api/certificates/certificate-signing-request.ts';
import type { CertificateSigningRequest } from '../../api/types.ts';
import type { RequestShape } from '../../certificates/request.ts';
import type { Client } from '../../client/client.ts';
import { createInformer } from '../../client/informer.ts';
import type { Clock } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import type { Credential } from './certificate-file.ts';

/** How long to wait for a decision, in milliseconds. */
const patience = 15 * 60_000;

export interface Asking {
  client: Client;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
}

export interface Wanted extends RequestShape {
  signerName: string;
  usages: readonly string[];
}

/** What is to be done about a request; undefined while nobody has decided. */
function outcomeOf({ metadata, status }: CertificateSigningRequest): Error | string | undefined {
  const refusal = status?.conditions?.find(({ type }) => type === 'Denied' || type === 'Failed');
  if (refusal) {
    return new Error(`certificate request ${metadata.name} is ${refusal.type.toLowerCase()}: ${refusal.message ?? ''}`);
  }
  return status?.certificate;
}

/** The certificate, in PEM. Rejects where the request is denied, fails, is deleted or is not decided in time. */
async function certificateOf({ client, clock, log, signal }: Asking, name: string): Promise<string> {
  const requests = createInformer(
    client,
    certificateSigningRequests,
    { fieldSelector: `metadata.name=${name}` },
    { clock, log, signal },
  );
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const look = (request: CertificateSigningRequest | undefined) => {
    const outcome = request && outcomeOf(request);
    if (outcome instanceof Error) reject(outcome);
    else if (outcome) resolve(Buffer.from(outcome, 'base64').toString());
  };
  const stop = () => reject(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  const cancel = clock.after(patience, () => reject(new Error(`nobody has decided on certificate request ${name}`)));
  requests.onChange(({ type, object }) => {
    if (type === 'deleted') reject(new Error(`certificate request ${name} was deleted`));
    else look(object);
  });
  try {
    return await promise;
  } finally {
    cancel();
    signal.removeEventListener('abort', stop);
    requests.stop();
  }
}

/** A new key with a certificate. */
export async function requestCertificate(
  asking: Asking,
  { signerName, usages, ...shape }: Wanted,
): Promise<Credential> {
  const { createRequest } = await import('../../certificates/request.ts');
  const { request, key } = await createRequest(shape);
  const made = await asking.client.resource(certificateSigningRequests).create(
    {
      apiVersion: 'certificates.k8s.io/v1',
      kind: 'CertificateSigningRequest',
      metadata: { generateName: 'csr-' },
      spec: { request, signerName, usages: [...usages] },
    },
    asking.signal,
  );
  return { cert: await certificateOf(asking, made.metadata.name), key };
}
