/** Where the files of a pod are on the node, and the same places as seen by the engine. */
import { join, normalize } from 'node:path';
import { type FindManagedFile, managedFiles } from '../runtime/managed-file.ts';

export interface Paths {
  podsFolder: string;
  pod(uid: string): string;
  volume(uid: string, type: string, name: string): string;
  terminationLog(uid: string, container: string, attempt: number): string;
  /** The two paths of a hostPath. Rejects if the engine has to be asked and does not answer. */
  hostPath(path: string): Promise<{ node: string; engine: string }>;
  /** The engine's path of a path below the node's data folder. */
  onEngine(path: string): string;
}

export interface PathsOptions {
  /** The node's data volume as this process sees it. */
  dataFolder: string;
  /** The same as the engine sees it. */
  dataOnEngine: string;
  engineSocket: string;
  findManagedFile: FindManagedFile;
  /** Where the engine has the root of the node's container; undefined if it is in no single place. */
  findRoot(): Promise<string | undefined>;
}

/** Sockets that belong to the machine under the node; all nodes share them. */
const engineSockets = ['/var/run/docker.sock', '/run/docker.sock', '/run/podman/podman.sock'];
const engineFolders = ['/dev', '/sys', '/proc'];

/**
 * A hostPath means the node's own file system, as in kind and minikube: `/x` is `hostpath/x` in the node's data volume.
 * So two nodes do not share it, and it survives a restart. Managed files are the node's own, and `/` itself
 * is the root of the node's container, so that a debugging pod finds the node's programs. The other paths above are
 * the engine host's; the node itself has the engine's socket at `engineSocket`.
 */
export function createPaths(options: PathsOptions): Paths {
  const { dataFolder, dataOnEngine, engineSocket, findManagedFile, findRoot } = options;
  const podsFolder = join(dataFolder, 'pods');
  const onEngine = (path: string): string =>
    path === dataFolder || path.startsWith(`${dataFolder}/`) ? dataOnEngine + path.slice(dataFolder.length) : path;
  return {
    podsFolder,
    onEngine,
    pod: (uid) => join(podsFolder, uid),
    volume: (uid, type, name) => join(podsFolder, uid, 'volumes', `kubernetes.io~${type}`, name),
    terminationLog: (uid, container, attempt) => join(podsFolder, uid, 'containers', container, String(attempt)),
    async hostPath(given) {
      const path = normalize(`/${given}`);
      const managed = managedFiles.find((file) => file === path);
      if (managed) return { node: path, engine: await findManagedFile(managed) };
      const root = path === '/' ? await findRoot() : undefined;
      if (root) return { node: path, engine: root };
      if (engineSockets.includes(path)) return { node: engineSocket, engine: path };
      if (engineFolders.some((owned) => path === owned || path.startsWith(`${owned}/`))) {
        return { node: path, engine: path };
      }
      const node = join(dataFolder, 'hostpath', path);
      return { node, engine: onEngine(node) };
    },
  };
}
