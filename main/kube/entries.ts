/** What our entries of a kubeconfig look like, and how they are told from other people's. */

import { isObject } from '../../agent/api/json/value.ts';
import { editKubeconfig } from './edit.ts';
import { type Edit, type NamedEntry, type Section, sections } from './edits.ts';

/** One of our clusters, as the kubeconfig is to know it. */
export interface ClusterEntry {
  /** Of the context, the cluster and the user alike. */
  name: string;
  profile: string;
  /** `https://127.0.0.1:PORT` */
  server: string;
  /** PEM. */
  certificateAuthority: string;
  clientCertificate: string;
  clientKey: string;
}

/** An entry of any file, and the file it came from; relative paths in it start there. */
export interface LocatedEntry {
  entry: NamedEntry;
  file: string;
}

export const extensionName = 'dev.skiff';

const base64 = (pem: string): string => Buffer.from(pem).toString('base64');

/** Marks our entries, as minikube marks its own; kubectl keeps extensions when it writes. */
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

/** The profile where the entry is one of ours. kubectl drops extensions of users that it rewrites, not of contexts. */
export function profileOf(section: Section, entry: NamedEntry | undefined): string | undefined {
  const list = bodyOf(section, entry).extensions;
  const own = Array.isArray(list) ? list.find((item) => isObject(item) && item.name === extensionName) : undefined;
  const profile = isObject(own) && isObject(own.extension) ? own.extension.profile : undefined;
  return typeof profile === 'string' ? profile : undefined;
}

/** A person's `kubectl config set-context --current --namespace=...` outlives a restart of the cluster. */
export function keepNamespace(section: Section, old: LocatedEntry | undefined, wanted: NamedEntry): NamedEntry {
  const namespace = section === 'contexts' ? bodyOf('contexts', old?.entry).namespace : undefined;
  if (namespace === undefined) return wanted;
  return { ...wanted, context: { ...bodyOf('contexts', wanted), namespace } };
}

/** A kubeconfig of its own for one cluster: what `skiff kubeconfig` prints. */
export function standalone(cluster: ClusterEntry): string {
  const wanted = entriesFor(cluster);
  return editKubeconfig('kubeconfig', '', [
    ...sections.map((section): Edit => ({ type: 'put', section, entry: wanted[section] })),
    { type: 'current', context: cluster.name },
  ]);
}
