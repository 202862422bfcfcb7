/** How to reach and authenticate to the cluster of a context. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { bodyOf, type LocatedEntry } from './entries.ts';
import { KubeconfigError, noContext } from './errors.ts';
import type { MergedKubeconfig } from './merged.ts';

export interface Credentials {
  server: string;
  /** PEM. */
  certificateAuthority?: string | undefined;
  clientCertificate?: string | undefined;
  clientKey?: string | undefined;
  /** The whole value of the `Authorization` header. */
  authorization?: string | undefined;
  /** The name that the server's certificate must have. */
  serverName?: string | undefined;
  insecure: boolean;
  /** Milliseconds since the epoch; absent if they do not expire. */
  expires?: number | undefined;
}

type Fields = Record<string, unknown>;

const textOf = (fields: Fields, name: string): string | undefined =>
  typeof fields[name] === 'string' && fields[name] !== '' ? fields[name] : undefined;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

/** Inline data wins over a file, as in client-go; a relative path starts at the folder of its kubeconfig. */
async function pem(located: LocatedEntry, fields: Fields, name: string): Promise<string | undefined> {
  const data = textOf(fields, `${name}-data`);
  if (data) return Buffer.from(data, 'base64').toString();
  const file = textOf(fields, name);
  return file ? readNamed(resolve(dirname(located.file), file)) : undefined;
}

async function readNamed(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new KubeconfigError(
      'CredentialUnreadable',
      `${file}, which the kubeconfig names, cannot be read`,
      undefined,
      cause,
    );
  }
}

/** Throws `KubeconfigError` if the context, or something that it names, is missing. */
export async function readCredentials(config: MergedKubeconfig, context: string): Promise<Credentials> {
  const fields = bodyOf('contexts', config.contexts.get(context)?.entry);
  if (!config.contexts.has(context)) throw noContext(context);
  const cluster = config.clusters.get(String(fields.cluster));
  if (!cluster)
    throw new KubeconfigError(
      'ClusterNotFound',
      `context ${context} names cluster ${fields.cluster}, which is not there`,
    );
  const clusterFields = bodyOf('clusters', cluster.entry);
  const server = textOf(clusterFields, 'server');
  if (!server) throw new KubeconfigError('ClusterNotFound', `cluster ${fields.cluster} has no server`);
  const user = config.users.get(String(fields.user));
  return {
    server,
    certificateAuthority: await pem(cluster, clusterFields, 'certificate-authority'),
    serverName: textOf(clusterFields, 'tls-server-name'),
    insecure: clusterFields['insecure-skip-tls-verify'] === true,
    ...(user ? await readUser(user) : {}),
  };
}

async function readUser(user: LocatedEntry): Promise<Partial<Credentials>> {
  const fields = bodyOf('users', user.entry);
  if (isFields(fields.exec)) return runPlugin(fields.exec, dirname(user.file));
  if (fields['auth-provider']) {
    throw new KubeconfigError(
      'AuthProviderRemoved',
      `user ${user.entry.name} has an auth-provider, which Kubernetes 1.26 removed`,
      'Use the provider’s exec plugin instead.',
    );
  }
  const [clientCertificate, clientKey] = await Promise.all([
    pem(user, fields, 'client-certificate'),
    pem(user, fields, 'client-key'),
  ]);
  return { clientCertificate, clientKey, authorization: await authorizationOf(user, fields) };
}

async function authorizationOf(user: LocatedEntry, fields: Fields): Promise<string | undefined> {
  const tokenFile = textOf(fields, 'tokenFile');
  const token = tokenFile ? (await readNamed(resolve(dirname(user.file), tokenFile))).trim() : textOf(fields, 'token');
  if (token) return `Bearer ${token}`;
  const name = textOf(fields, 'username');
  return name ? `Basic ${Buffer.from(`${name}:${textOf(fields, 'password') ?? ''}`).toString('base64')}` : undefined;
}

/** https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins */
async function runPlugin(plugin: Fields, folder: string): Promise<Partial<Credentials>> {
  const command = textOf(plugin, 'command') ?? '';
  const args = Array.isArray(plugin.args) ? plugin.args.map(String) : [];
  const info = { apiVersion: plugin.apiVersion, kind: 'ExecCredential', spec: { interactive: false } };
  const env = { ...process.env, ...pluginEnv(plugin.env), KUBERNETES_EXEC_INFO: JSON.stringify(info) };
  const path = /[\\/]/.test(command) ? resolve(folder, command) : command;
  const output = await new Promise<string>((done, reject) => {
    execFile(path, args, { env, timeout: 60_000 }, (error, stdout, stderr) =>
      error ? reject(pluginFailed(command, plugin, stderr || error.message, error)) : done(stdout),
    );
  });
  return parsePluginOutput(command, plugin, output);
}

function pluginEnv(list: unknown): Record<string, string> {
  const pairs = Array.isArray(list) ? list.filter(isFields) : [];
  return Object.fromEntries(pairs.map(({ name, value }) => [String(name), String(value)]));
}

const pluginFailed = (command: string, plugin: Fields, reason: string, cause?: unknown) =>
  new KubeconfigError('CredentialPluginFailed', `${command}: ${reason.trim()}`, textOf(plugin, 'installHint'), cause);

function parsePluginOutput(command: string, plugin: Fields, output: string): Partial<Credentials> {
  let status: unknown;
  try {
    status = JSON.parse(output).status;
  } catch (cause) {
    throw pluginFailed(command, plugin, 'it printed no ExecCredential', cause);
  }
  if (!isFields(status)) throw pluginFailed(command, plugin, 'its ExecCredential has no status');
  const token = textOf(status, 'token');
  const expires = textOf(status, 'expirationTimestamp');
  return {
    authorization: token ? `Bearer ${token}` : undefined,
    clientCertificate: textOf(status, 'clientCertificateData'),
    clientKey: textOf(status, 'clientKeyData'),
    expires: expires ? Date.parse(expires) : undefined,
  };
}
