/**
 * Seccomp profiles: the engine's own, none, or a file of the node below `/var/lib/kubelet/seccomp`. As with upstream's
 * `seccompDefault`, a container that asks for nothing has the engine's own.
 * https://kubernetes.io/docs/tutorials/security/seccomp/
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { core, Pod } from '../../api/types.ts';
import { isMissing } from '../../missing-file.ts';
import type { Paths } from '../volumes/paths.ts';

const profiles = '/var/lib/kubelet/seccomp';

async function readProfile(paths: Pick<Paths, 'hostPath'>, name: string): Promise<string> {
  const path = join(profiles, name);
  try {
    return await readFile((await paths.hostPath(path)).node, 'utf8');
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw new Error(`cannot load seccomp profile "${path}": open ${path}: no such file or directory`, { cause: error });
  }
}

/** `unconfined`, or the text of a profile; undefined for the engine's own. A privileged container has none. */
export async function seccompOf(
  paths: Pick<Paths, 'hostPath'>,
  { spec }: Pod,
  { securityContext: own }: core.Container,
): Promise<string | undefined> {
  const { type, localhostProfile = '' } = own?.seccompProfile ?? spec.securityContext?.seccompProfile ?? {};
  if (type === 'Unconfined') return 'unconfined';
  return type === 'Localhost' && !own?.privileged ? readProfile(paths, localhostProfile) : undefined;
}
