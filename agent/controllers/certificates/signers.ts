/**
 * What each of Kubernetes' own signers asks of a request. Pure.
 * https://kubernetes.io/docs/reference/access-authn-authz/certificate-signing-requests/#kubernetes-signers,
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/certificates/signer/signer.go and
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/certificates/helpers.go
 */

/** See `RequestedSubject` in agent/certificates. */
export interface Subject {
  commonName: string;
  organizations: readonly string[];
  dnsNames: readonly string[];
  ipAddresses: readonly string[];
  emailAddresses: readonly string[];
  uris: readonly string[];
}

/** What is wrong with a request; undefined where it is good. */
type Check = (subject: Subject, usages: readonly string[]) => string | undefined;

export const kubeletClient = 'kubernetes.io/kube-apiserver-client-kubelet';
export const kubeletServing = 'kubernetes.io/kubelet-serving';

const nodePrefix = 'system:node:';
const encipherment = 'key encipherment';

/** Keys that are no RSA keys cannot encipher others. */
const areUsages = (usages: readonly string[], wanted: readonly string[]): boolean => {
  const asked = new Set(usages);
  const least = wanted.filter((usage) => usage !== encipherment);
  return least.every((usage) => asked.has(usage)) && [...asked].every((usage) => wanted.includes(usage));
};

const mismatch = (wanted: readonly string[]): string => `usages did not match [${[...wanted].sort().join(' ')}]`;

const isOfNodes = ({ organizations }: Subject): boolean => organizations.join() === 'system:nodes';

const servingUsages = [encipherment, 'digital signature', 'server auth'];
const clientUsages = [encipherment, 'digital signature', 'client auth'];

export const checkServing: Check = (subject, usages) => {
  if (!isOfNodes(subject)) return 'subject organization is not system:nodes';
  if (subject.dnsNames.length + subject.ipAddresses.length === 0) return 'DNS or IP subjectAltName is required';
  if (subject.emailAddresses.length > 0) return 'email subjectAltNames are not allowed';
  if (subject.uris.length > 0) return 'URI subjectAltNames are not allowed';
  if (!areUsages(usages, servingUsages)) return mismatch(servingUsages);
  return subject.commonName.startsWith(nodePrefix)
    ? undefined
    : `subject common name does not begin with ${nodePrefix}`;
};

export const checkKubeletClient: Check = (subject, usages) => {
  if (!isOfNodes(subject)) return 'subject organization is not system:nodes';
  if (subject.dnsNames.length > 0) return 'DNS subjectAltNames are not allowed';
  if (subject.emailAddresses.length > 0) return 'email subjectAltNames are not allowed';
  if (subject.ipAddresses.length > 0) return 'IP subjectAltNames are not allowed';
  if (subject.uris.length > 0) return 'URI subjectAltNames are not allowed';
  if (!subject.commonName.startsWith(nodePrefix)) return `subject common name does not begin with ${nodePrefix}`;
  return areUsages(usages, clientUsages) ? undefined : mismatch(clientUsages);
};

const checkClient: Check = (_subject, usages) => {
  const unexpected = usages.find((usage) => !clientUsages.includes(usage));
  if (unexpected !== undefined) return `invalid usage for client certificate: ${unexpected}`;
  return usages.includes('client auth') ? undefined : 'missing required usage for client certificate: client auth';
};

/** By the name of the signer; the queue of each has upstream's name. */
export const signers: readonly { signerName: string; queue: string; check: Check }[] = [
  { signerName: kubeletServing, queue: 'csrsigning-kubelet-serving', check: checkServing },
  { signerName: kubeletClient, queue: 'csrsigning-kubelet-client', check: checkKubeletClient },
  {
    signerName: 'kubernetes.io/kube-apiserver-client',
    queue: 'csrsigning-kube-apiserver-client',
    check: checkClient,
  },
  { signerName: 'kubernetes.io/legacy-unknown', queue: 'csrsigning-legacy-unknown', check: () => undefined },
];

const minute = 60_000;
const hour = 60 * minute;
const longest = 365 * 24 * hour;
const shortest = 10 * minute;
const backdating = 5 * minute;
const short = 8 * hour;

/**
 * From when until when a certificate is good, in milliseconds: a year, or what the request asks for. It begins a little
 * earlier, so that clocks that are behind accept it; one that is short ends no earlier for that.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/certificates/authority/policies.go
 */
export function validityOf(expirationSeconds: number | undefined, now: number) {
  const asked = expirationSeconds === undefined ? longest : expirationSeconds * 1000;
  const lifetime = Math.min(Math.max(asked, shortest), longest);
  const notBefore = now - backdating;
  return { notBefore, notAfter: (lifetime < short ? now : notBefore) + lifetime };
}
