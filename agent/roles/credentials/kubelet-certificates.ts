/**
 * The certificates of a node that joined by a token: one as a client, for which the token is needed once, and one to
 * serve with. Both are signed by the cluster, and renewed by the node itself.
 * https://kubernetes.io/docs/reference/access-authn-authz/kubelet-tls-bootstrapping/
 */
import { join } from 'node:path';
import { type Client, createClient } from '../../client/client.ts';
import { createHttpsTransport, type HttpsTransport } from '../../client/https-transport.ts';
import { userAgentOf, withUserAgent } from '../../client/transport.ts';
import { isMissing } from '../../missing-file.ts';
import { serversOf } from '../api-servers.ts';
import type { NodeFiles } from '../files.ts';
import type { NodeOptions } from '../node-options.ts';
import { type Credential, readCredential } from './certificate-file.ts';
import { type KeptCertificate, keepCertificate, obtainCertificate } from './keep-certificate.ts';
import { requestCertificate, type Wanted } from './request-certificate.ts';

/** The API server records this as the field manager of what a node writes. */
export const kubeletAgent = userAgentOf('kubelet');

const nodeOf = (nodeName: string) => ({ commonName: `system:node:${nodeName}`, organization: 'system:nodes' });

type Kept = Omit<KeptCertificate, 'ask'>;

const keptIn = ({ dataFolder, clock, logFor, signal }: NodeOptions, name: string): Kept => ({
  title: name,
  file: join(dataFolder, 'pki', `${name}-current.pem`),
  clock,
  log: logFor('kubelet'),
  signal,
});

/** The loop ends with the node. */
function keep(kept: KeptCertificate, first: Credential | undefined, apply: (credential: Credential) => void): void {
  keepCertificate(kept, first, apply).catch((error: unknown) => {
    if (!kept.signal.aborted) kept.log.error('A certificate is no longer kept', { title: kept.title, error });
  });
}

/** `main` puts it there once the cluster knows it, perhaps after this process has started. */
function readToken({ text }: NodeFiles): string {
  try {
    return text('bootstrap-token').trim();
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw new Error('there is no bootstrap token yet; `skiff start` gives the node one', { cause: error });
  }
}

/** Resolves once the node has a certificate; the transport then changes to each new one. */
export async function connectByToken(files: NodeFiles, options: NodeOptions): Promise<HttpsTransport> {
  const { config, text } = files;
  const { clock } = options;
  const place = { ...serversOf(config), ca: text('ca.crt') };
  const kept = keptIn(options, 'kubelet-client');
  const wanted: Wanted = {
    ...nodeOf(config.nodeName),
    signerName: 'kubernetes.io/kube-apiserver-client-kubelet',
    usages: ['digital signature', 'client auth'],
  };
  const askAs = (transport: HttpsTransport) =>
    requestCertificate({ ...kept, client: createClient(withUserAgent(transport, kubeletAgent)) }, wanted);
  const askByToken = async () => {
    const transport = createHttpsTransport({ ...place, token: readToken(files) });
    return askAs(transport).finally(() => transport.close());
  };
  const first =
    (await readCredential(kept.file, clock.now())) ?? (await obtainCertificate({ ...kept, ask: askByToken }));
  const transport = createHttpsTransport({ ...place, ...first });
  keep({ ...kept, ask: () => askAs(transport) }, first, (next) => transport.renew(next));
  return transport;
}

/** Calls `apply` with the certificate to serve with, once there is one, and with each that follows. */
export async function keepServing(
  files: NodeFiles,
  options: NodeOptions,
  client: Client,
  apply: (credential: Credential) => void,
): Promise<void> {
  const { nodeName, nodeIP } = files.config;
  const kept = keptIn(options, 'kubelet-server');
  const wanted: Wanted = {
    ...nodeOf(nodeName),
    dnsNames: [nodeName],
    ipAddresses: [nodeIP],
    signerName: 'kubernetes.io/kubelet-serving',
    usages: ['digital signature', 'server auth'],
  };
  const stored = await readCredential(kept.file, options.clock.now());
  if (stored) apply(stored);
  keep({ ...kept, ask: () => requestCertificate({ ...kept, client }, wanted) }, stored, apply);
}
