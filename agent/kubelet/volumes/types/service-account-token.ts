/** A token that is bound to the pod; only as a part of a projected volume. https://kubernetes.io/docs/concepts/storage/projected-volumes/#serviceaccounttoken */
import type { core, Pod } from '../../../api/types.ts';
import type { FileContent } from '../atomic-writer.ts';
import type { FileSource } from './files.ts';

/** The one user that every container of the pod is told to run as. Upstream's FsUserFrom. */
function onlyUser({ spec }: Pod): number | undefined {
  const users = [...spec.containers, ...(spec.initContainers ?? [])].map(
    ({ securityContext }) => securityContext?.runAsUser ?? spec.securityContext?.runAsUser,
  );
  return new Set(users).size === 1 ? users[0] : undefined;
}

/** Nobody else may read a token where its reader can be told from others. */
function accessOf(pod: Pod, mode: number): Pick<FileContent, 'mode' | 'owner'> {
  const owner = onlyUser(pod);
  if (owner !== undefined) return { mode: 0o600, owner };
  return { mode: pod.spec.securityContext?.fsGroup === undefined ? mode : 0o600 };
}

export const serviceAccountTokenFiles: FileSource<core.ServiceAccountTokenProjection> = {
  references: () => [],
  async files({ audience = '', expirationSeconds = 3600, path }, mode, pod, { issueToken }) {
    const token = await issueToken(pod, audience, expirationSeconds);
    return new Map([[path, { data: Buffer.from(token), ...accessOf(pod, mode) }]]);
  },
};
