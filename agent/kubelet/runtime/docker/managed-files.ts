/** The files that the engine makes for a container and keeps itself. */
import type Docker from 'dockerode';
import type { ManagedFile } from '../managed-file.ts';
import { ask } from './engine.ts';

const members: Readonly<Record<ManagedFile, 'HostsPath' | 'HostnamePath' | 'ResolvConfPath'>> = {
  '/etc/hosts': 'HostsPath',
  '/etc/hostname': 'HostnamePath',
  '/etc/resolv.conf': 'ResolvConfPath',
};

/** The path at which the engine keeps the file of a container. It may be another after a restart of the container. */
export async function findManagedFile(docker: Docker, container: string, file: ManagedFile): Promise<string> {
  const info = await ask(docker.getContainer(container).inspect());
  return info[members[file]];
}

/** The path at which the engine has the whole file system of a running container; not every storage driver has one. */
export async function findRoot(docker: Docker, container: string): Promise<string | undefined> {
  const { GraphDriver } = await ask(docker.getContainer(container).inspect());
  const place: Readonly<Record<string, string>> | null | undefined = GraphDriver?.Data;
  return place?.MergedDir;
}
