/**
 * A token that is bound to the pod; available only as a part of a projected volume.
 * https://kubernetes.io/docs/concepts/storage/projected-volumes/#serviceaccounttoken
 */
import type { core, Pod } from '../../../api/types.ts';
import type { FileContent } from '../atomic-writer.ts';
import type { FileSource } from './files.ts';

/** The user that all containers of the pod run as, if it is a single one. Upstream's FsUserFrom. */
function singleUser({ spec }: Pod): number | undefined {
  const users = [...spec.containers, ...(spec.initContainers ?? [])].map(
    ({ securityContext }) => securityContext?.runAsUser ?? spec.securityContext?.runAsUser,
  );
  return new Set(users).size === 1 ? users[0] : undefined;
}

/** If all containers run as one user, only that user may read the token. */
function accessOf(pod: Pod, mode: number): Pick<FileContent, 'mode' | 'owner'> {
  const owner = singleUser(pod);
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
