/** Where the files of a pod are on the node, and the same places as seen by the engine. */
import { join, normalize } from 'node:path';

export interface Paths {
  podsFolder: string;
  pod(uid: string): string;
  volume(uid: string, type: string, name: string): string;
  terminationLog(uid: string, container: string, attempt: number): string;
  /** The two paths of a hostPath. */
  hostPath(path: string): { node: string; engine: string };
  /** The engine's path of a path below the node's data folder. */
  onEngine(path: string): string;
}

/** Sockets that belong to the machine under the node; all nodes share them. */
const engineSockets = ['/var/run/docker.sock', '/run/docker.sock', '/run/podman/podman.sock'];
const engineFolders = ['/dev', '/sys', '/proc'];

/**
 * A hostPath means the node's own file system, as in kind and minikube: `/x` is `hostpath/x` in the node's data volume.
 * So two nodes do not share it, and it survives a restart. The paths above are the engine host's; the node itself has
 * the engine's socket at `engineSocket`.
 */
export function createPaths(dataFolder: string, dataOnEngine: string, engineSocket: string): Paths {
  const podsFolder = join(dataFolder, 'pods');
  const onEngine = (path: string): string =>
    path === dataFolder || path.startsWith(`${dataFolder}/`) ? dataOnEngine + path.slice(dataFolder.length) : path;
  return {
    podsFolder,
    onEngine,
    pod: (uid) => join(podsFolder, uid),
    volume: (uid, type, name) => join(podsFolder, uid, 'volumes', `kubernetes.io~${type}`, name),
    terminationLog: (uid, container, attempt) => join(podsFolder, uid, 'containers', container, String(attempt)),
    hostPath(given) {
      const path = normalize(`/${given}`);
      if (engineSockets.includes(path)) return { node: engineSocket, engine: path };
      if (engineFolders.some((owned) => path === owned || path.startsWith(`${owned}/`))) {
        return { node: path, engine: path };
      }
      const node = join(dataFolder, 'hostpath', path);
      return { node, engine: onEngine(node) };
    },
  };
}
