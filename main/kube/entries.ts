/** What Skiff's entries of a kubeconfig look like, and how to tell them from other people's. */

import { isObject } from '../../agent/api/json/value.ts';
import { editKubeconfig } from './edit.ts';
import { type Edit, type NamedEntry, type Section, sections } from './edits.ts';

/** What Skiff writes about one of its clusters into the kubeconfig. */
export interface ClusterEntry {
  /** Name of the context, of the cluster and of the user. */
  name: string;
  profile: string;
  /** `https://127.0.0.1:PORT` */
  server: string;
  /** PEM. */
  certificateAuthority: string;
  clientCertificate: string;
  clientKey: string;
}

/** An entry of any kubeconfig file, and the file. Relative paths in the entry start at that file's folder. */
export interface LocatedEntry {
  entry: NamedEntry;
  file: string;
}

export const extensionName = 'dev.skiff';

const base64 = (pem: string): string => Buffer.from(pem).toString('base64');

/** Marks Skiff's entries, as minikube marks its own; kubectl keeps extensions when it writes. */
const extensions = (profile: string) => [{ extension: { profile }, name: extensionName }];

/** Keys in the order in which kubectl writes them. */
export function entriesFor(cluster: ClusterEntry): Record<Section, NamedEntry> {
  const { name, profile } = cluster;
  return {
    clusters: {
      cluster: {
        'certificate-authority-data': base64(cluster.certificateAuthority),
        extensions: extensions(profile),
        server: cluster.server,
      },
      name,
    },
    contexts: { context: { cluster: name, extensions: extensions(profile), user: name }, name },
    users: {
      name,
      user: {
        'client-certificate-data': base64(cluster.clientCertificate),
        'client-key-data': base64(cluster.clientKey),
        extensions: extensions(profile),
      },
    },
  };
}

const bodies: Record<Section, string> = { clusters: 'cluster', contexts: 'context', users: 'user' };

export const bodyOf = (section: Section, entry: NamedEntry | undefined): Record<string, unknown> => {
  const body = entry?.[bodies[section]];
  return isObject(body) ? body : {};
};

/**
 * The profile, if the entry is Skiff's. kubectl drops the extensions of users that it rewrites, but not those of
 * contexts.
 */
export function profileOf(section: Section, entry: NamedEntry | undefined): string | undefined {
  const list = bodyOf(section, entry).extensions;
  const own = Array.isArray(list) ? list.find((item) => isObject(item) && item.name === extensionName) : undefined;
  const profile = isObject(own) && isObject(own.extension) ? own.extension.profile : undefined;
  return typeof profile === 'string' ? profile : undefined;
}

/** Keeps the namespace that the user set with `kubectl config set-context --current --namespace=...`. */
export function keepNamespace(section: Section, old: LocatedEntry | undefined, wanted: NamedEntry): NamedEntry {
  const namespace = section === 'contexts' ? bodyOf('contexts', old?.entry).namespace : undefined;
  if (namespace === undefined) return wanted;
  return { ...wanted, context: { ...bodyOf('contexts', wanted), namespace } };
}

/** A complete kubeconfig for one cluster: what `skiff kubeconfig` prints. */
export function standalone(cluster: ClusterEntry): string {
  const wanted = entriesFor(cluster);
  return editKubeconfig('kubeconfig', '', [
    ...sections.map((section): Edit => ({ type: 'put', section, entry: wanted[section] })),
    { type: 'current', context: cluster.name },
  ]);
}
