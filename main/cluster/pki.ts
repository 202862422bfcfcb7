/**
 * Every certificate of a cluster: ECDSA P-256, valid for ten years. Names and groups are those of kubeadm.
 * https://kubernetes.io/docs/setup/best-practices/certificates/
 */
import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import { isIPv4, isIPv6 } from 'node:net';
import * as x509 from '@peculiar/x509';

/** A certificate and its private key (PKCS #8), in PEM. */
export interface Credential {
  certificate: string;
  key: string;
}

export interface CertificateRequest {
  commonName: string;
  /** The user's groups, for a client certificate. */
  organizations?: string[];
  /** DNS names and IP addresses, for a serving certificate. */
  hosts?: string[];
  usages: ('client' | 'server')[];
}

export interface Authority extends Credential {
  issue(request: CertificateRequest): Promise<Credential>;
}

/** File names to PEM: what a node's `/etc/skiff` holds beside its configuration. */
export type CredentialFiles = Record<string, string>;

export interface ClusterPki {
  /** The user's own credential, and the authority to check the server with. */
  admin: Credential;
  authority: Credential;
  /** PEM, PKCS #8. Signs service-account tokens. */
  serviceAccountKey: string;
  /** By node name. */
  nodes: Record<string, CredentialFiles>;
}

export interface PkiNode {
  name: string;
  role: 'control-plane' | 'worker';
  ip: string;
}

const tenYears = 10 * 365 * 24 * 3600 * 1000;
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const crypto = webcrypto as Crypto;
x509.cryptoProvider.set(crypto);

const generateKeys = (): Promise<CryptoKeyPair> => crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);

async function keyToPem(key: CryptoKey): Promise<string> {
  const encoded = Buffer.from(await crypto.subtle.exportKey('pkcs8', key)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${encoded.replace(/.{1,64}/g, '$&\n')}-----END PRIVATE KEY-----\n`;
}

const pemToDer = (pem: string) => Uint8Array.from(Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64'));

/** Positive and not zero, as RFC 5280 requires. */
const serialNumber = (): string => `4${randomBytes(8).toString('hex').slice(1)}`;

/** Starts an hour ago, so that a clock that is a little behind accepts the certificate. */
const validity = () => ({
  notBefore: new Date(Date.now() - 3600_000),
  notAfter: new Date(Date.now() + tenYears),
});

const subject = (commonName: string, organizations: string[]): x509.JsonName => [
  ...organizations.map((organization) => ({ O: [organization] })),
  { CN: [commonName] },
];

const alternativeName = (host: string): x509.JsonGeneralName =>
  isIPv4(host) || isIPv6(host) ? { type: 'ip', value: host } : { type: 'dns', value: host };

const extendedUsage = { client: x509.ExtendedKeyUsage.clientAuth, server: x509.ExtendedKeyUsage.serverAuth };

async function issue(ca: x509.X509Certificate, caKey: CryptoKey, request: CertificateRequest): Promise<Credential> {
  const keys = await generateKeys();
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: subject(request.commonName, request.organizations ?? []),
    issuer: ca.subject,
    ...validity(),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: caKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment, true),
      new x509.ExtendedKeyUsageExtension(request.usages.map((usage) => extendedUsage[usage])),
      await x509.AuthorityKeyIdentifierExtension.create(ca.publicKey),
      ...(request.hosts ? [new x509.SubjectAlternativeNameExtension(request.hosts.map(alternativeName))] : []),
    ],
  });
  return { certificate: `${certificate.toString('pem')}\n`, key: await keyToPem(keys.privateKey) };
}

const authorityOf = async (certificate: x509.X509Certificate, privateKey: CryptoKey): Promise<Authority> => ({
  certificate: `${certificate.toString('pem')}\n`,
  key: await keyToPem(privateKey),
  issue: (request) => issue(certificate, privateKey, request),
});

/** A self-signed certificate authority. */
export async function createAuthority(commonName = 'kubernetes'): Promise<Authority> {
  const keys = await generateKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: subject(commonName, []),
    ...validity(),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment | x509.KeyUsageFlags.keyCertSign,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return authorityOf(certificate, keys.privateKey);
}

/** Loads an authority from PEM, ready to issue certificates. */
export async function loadAuthority(kept: Credential): Promise<Authority> {
  const key = await crypto.subtle.importKey('pkcs8', pemToDer(kept.key), algorithm, true, ['sign']);
  return authorityOf(new x509.X509Certificate(kept.certificate), key);
}

export async function createSigningKey(): Promise<string> {
  return keyToPem((await generateKeys()).privateKey);
}

/** Names and addresses for an API server's certificate, besides those of its nodes. */
export const apiServerHosts = (serviceIP: string, clusterDomain: string): string[] => [
  'localhost',
  '127.0.0.1',
  '::1',
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  `kubernetes.default.svc.${clusterDomain}`,
  serviceIP,
];

const files = (name: string, credential: Credential): CredentialFiles => ({
  [`${name}.crt`]: credential.certificate,
  [`${name}.key`]: credential.key,
});

/**
 * A kubelet uses one certificate both as a client of the API server and to serve with. The service proxy and the DNS
 * have an identity of their own, because they read all services and nodes, which a kubelet may not.
 */
async function nodeFiles(authority: Authority, node: PkiNode): Promise<CredentialFiles> {
  const [kubelet, proxy] = await Promise.all([
    authority.issue({
      commonName: `system:node:${node.name}`,
      organizations: ['system:nodes'],
      hosts: [node.name, 'localhost', node.ip, '127.0.0.1'],
      usages: ['client', 'server'],
    }),
    authority.issue({ commonName: 'system:kube-proxy', usages: ['client'] }),
  ]);
  return { 'ca.crt': authority.certificate, ...files('node', kubelet), ...files('kube-proxy', proxy) };
}

/** What a node has before it joins by a token: it asks the cluster for the kubelet's certificates. */
export async function joiningFiles(authority: Authority): Promise<CredentialFiles> {
  const proxy = await authority.issue({ commonName: 'system:kube-proxy', usages: ['client'] });
  return { 'ca.crt': authority.certificate, ...files('kube-proxy', proxy) };
}

/**
 * How other API servers know a request that the cluster's own passes on. The authority is another one than that of the
 * clients: whoever has a certificate of it may speak for anybody. Its key is not kept.
 */
async function frontProxyFiles(): Promise<CredentialFiles> {
  const authority = await createAuthority('front-proxy-ca');
  const client = await authority.issue({ commonName: 'front-proxy-client', usages: ['client'] });
  return { 'front-proxy-ca.crt': authority.certificate, ...files('front-proxy-client', client) };
}

/**
 * The members of etcd know each other, and their API servers, by certificates of an authority that signs nothing else:
 * whoever has one may read and write everything. Each has one, for all that it does. By node name.
 */
async function etcdFiles(nodes: PkiNode[]): Promise<Record<string, CredentialFiles>> {
  if (nodes.length < 2) return {};
  const authority = await createAuthority('etcd-ca');
  const filesOf = async ({ name, ip }: PkiNode): Promise<[string, CredentialFiles]> => {
    const hosts = [name, 'localhost', '127.0.0.1', ip];
    const credential = await authority.issue({ commonName: name, hosts, usages: ['client', 'server'] });
    return [name, { 'etcd-ca.crt': authority.certificate, ...files('etcd', credential) }];
  };
  return Object.fromEntries(await Promise.all(nodes.map(filesOf)));
}

async function controlPlaneFiles(
  authority: Authority,
  serviceAccountKey: string,
  hosts: string[],
): Promise<CredentialFiles> {
  const client = (commonName: string, organizations: string[] = []) =>
    authority.issue({ commonName, organizations, usages: ['client'] });
  const [apiServer, kubeletClient, scheduler, controllerManager] = await Promise.all([
    authority.issue({ commonName: 'kube-apiserver', hosts, usages: ['server'] }),
    client('kube-apiserver-kubelet-client', ['system:masters']),
    client('system:kube-scheduler'),
    client('system:kube-controller-manager'),
  ]);
  return {
    'ca.key': authority.key,
    'service-account.key': serviceAccountKey,
    ...files('apiserver', apiServer),
    ...files('apiserver-kubelet-client', kubeletClient),
    ...files('kube-scheduler', scheduler),
    ...files('kube-controller-manager', controllerManager),
  };
}

/** All certificates of a new cluster; takes about 20 ms. `hosts` are further names and addresses of the API server. */
export async function createClusterPki(
  nodes: PkiNode[],
  options: { serviceIP?: string; clusterDomain?: string; hosts?: string[] } = {},
): Promise<ClusterPki> {
  const [authority, serviceAccountKey] = await Promise.all([createAuthority(), createSigningKey()]);
  return { authority, serviceAccountKey, ...(await issueClusterPki(authority, serviceAccountKey, nodes, options)) };
}

/** The same with an existing authority, e.g. for new nodes. */
export async function issueClusterPki(
  authority: Authority,
  serviceAccountKey: string,
  nodes: PkiNode[],
  options: { serviceIP?: string; clusterDomain?: string; hosts?: string[] } = {},
): Promise<Pick<ClusterPki, 'admin' | 'nodes'>> {
  const hosts = [
    ...apiServerHosts(options.serviceIP ?? '10.96.0.1', options.clusterDomain ?? 'cluster.local'),
    ...nodes.flatMap((node) => [node.name, node.ip]),
    ...(options.hosts ?? []),
  ];
  const controlPlanes = nodes.filter(({ role }) => role === 'control-plane');
  // Other API servers know all control planes of the cluster by one authority.
  const [frontProxy, etcd] = await Promise.all([frontProxyFiles(), etcdFiles(controlPlanes)]);
  const forNode = async (node: PkiNode): Promise<[string, CredentialFiles]> => [
    node.name,
    {
      ...(await nodeFiles(authority, node)),
      ...(node.role === 'control-plane'
        ? { ...frontProxy, ...(await controlPlaneFiles(authority, serviceAccountKey, hosts)), ...etcd[node.name] }
        : {}),
    },
  ];
  const [admin, entries] = await Promise.all([
    authority.issue({ commonName: 'kubernetes-admin', organizations: ['system:masters'], usages: ['client'] }),
    Promise.all(nodes.map(forNode)),
  ]);
  return { admin, nodes: Object.fromEntries(entries) };
}

/** Adds the node credentials that an earlier release did not make. Resolves with its argument if none is missing. */
export async function completePki(pki: ClusterPki, nodes: PkiNode[]): Promise<ClusterPki> {
  const needed = ({ role }: PkiNode): string[] => [
    'kube-proxy.crt',
    ...(role === 'control-plane' ? ['front-proxy-client.crt'] : []),
  ];
  if (nodes.every((node) => needed(node).every((file) => pki.nodes[node.name]?.[file]))) return pki;
  const authority = await loadAuthority(pki.authority);
  const issued = await issueClusterPki(authority, pki.serviceAccountKey, nodes);
  const complete = nodes.map(({ name }) => [name, { ...issued.nodes[name], ...pki.nodes[name] }]);
  return { ...pki, nodes: Object.fromEntries(complete) };
}
