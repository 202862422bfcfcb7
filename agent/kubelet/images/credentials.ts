/**
 * The registry credentials in a pod's imagePullSecrets, and those that fit an image. Pure.
 * https://kubernetes.io/docs/concepts/containers/images/#config-json
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/credentialprovider/keyring.go
 */
import { createHash } from 'node:crypto';
import { matchesGlob } from '../../api/glob.ts';
import type { Secret } from '../../api/types.ts';

/** The secret that a credential comes from. */
export interface SecretSource {
  uid: string;
  namespace: string;
  name: string;
}

export interface Credential {
  username: string;
  password: string;
  source: SecretSource;
  /** Of user name and password, to recognize the same credential in another secret. */
  hash: string;
}

interface AuthEntry {
  auth?: unknown;
  username?: unknown;
  password?: unknown;
}

/** The type of a secret and the key of its document. In `.dockerconfigjson` the entries are below `auths`. */
const documents: Readonly<Record<string, { key: string; entries(document: unknown): unknown }>> = {
  'kubernetes.io/dockerconfigjson': {
    key: '.dockerconfigjson',
    entries: (document) => (isObject(document) ? document.auths : undefined),
  },
  'kubernetes.io/dockercfg': { key: '.dockercfg', entries: (document) => document },
};

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Throws for an `auth` that is not `user:password` in base64. */
function userOf({ auth, username, password }: AuthEntry): Pick<Credential, 'username' | 'password'> {
  if (!textOf(auth)) return { username: textOf(username), password: textOf(password) };
  const decoded = Buffer.from(textOf(auth), 'base64').toString();
  const colon = decoded.indexOf(':');
  if (colon < 0) throw new Error('unable to parse auth field, must be formatted as base64(username:password)');
  return { username: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
}

/** `quay.io/team` for `https://quay.io/v2/team`: without a scheme, and without the path of an API's version. */
function locationOf(given: string): string {
  const bare = given.replace(/^https?:\/\//, '');
  const slash = bare.indexOf('/');
  if (slash < 0) return bare;
  const path = bare.slice(slash).replace(/^\/v[12]\//, '/');
  return bare.slice(0, slash) + (path === '/' ? '' : path);
}

interface Located {
  location: string;
  credential: Credential;
}

/** Throws for a document that cannot be read. */
function readSecret({ type = '', data, metadata }: Secret): Located[] {
  const kind = documents[type];
  const content = kind && data?.[kind.key];
  if (!content) return [];
  const entries = kind.entries(JSON.parse(Buffer.from(content, 'base64').toString()));
  if (!isObject(entries)) return [];
  const { uid, namespace = '', name } = metadata;
  return Object.entries(entries).map(([location, entry]) => {
    const user = userOf(isObject(entry) ? entry : {});
    const hash = createHash('sha256')
      .update(JSON.stringify([user.username, user.password]))
      .digest('hex');
    return { location: locationOf(location), credential: { ...user, source: { uid, namespace, name }, hash } };
  });
}

/** Host, port and path of a location or a repository. */
function split(location: string): { host: string[]; port: string; path: string } {
  const slash = location.indexOf('/');
  const [authority, path] = slash < 0 ? [location, ''] : [location.slice(0, slash), location.slice(slash)];
  const [, host = authority, port = ''] = /^(.*):(\d+)$/.exec(authority) ?? [];
  return { host: host.split('.'), port, path };
}

/** A glob stands for one part of the host name; the path must be a prefix. */
function covers(location: string, repository: string): boolean {
  const [left, right] = [split(location), split(repository)];
  return (
    left.port === right.port &&
    left.host.length === right.host.length &&
    right.path.startsWith(left.path) &&
    left.host.every((part, at) => matchesGlob(part, right.host[at] ?? ''))
  );
}

/** Docker Hub's location in the files that `docker login` writes. */
const hub = 'index.docker.io';

/**
 * The credentials to try in turn, the more specific location first. `repository` has its registry:
 * `docker.io/library/nginx`. Throws for a secret that cannot be read.
 */
export function credentialsFor(repository: string, secrets: readonly Secret[]): Credential[] {
  const located = secrets.flatMap(readSecret);
  const byLocation = Map.groupBy(located, ({ location }) => location);
  const inOrder = [...byLocation.keys()].sort().reverse();
  const fitting = inOrder.filter((location) => covers(location, repository));
  const chosen = fitting.length === 0 && repository.startsWith('docker.io/') ? [hub] : fitting;
  return chosen.flatMap((location) => byLocation.get(location) ?? []).map(({ credential }) => credential);
}
