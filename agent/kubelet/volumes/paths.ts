/** Where things of a pod are on the node, and how the engine sees the same place. */
import { join, normalize } from 'node:path';

export interface Paths {
  podsFolder: string;
  pod(uid: string): string;
  volume(uid: string, type: string, name: string): string;
  terminationLog(uid: string, container: string, attempt: number): string;
  /** A hostPath of the node's own file system. */
  hostPath(path: string): { node: string; engine: string };
  /** The engine's name of a path below the node's data folder. */
  onEngine(path: string): string;
}

/** What belongs to the machine under the node rather than to the node; there is one of each. */
const engineSockets = ['/var/run/docker.sock', '/run/docker.sock', '/run/podman/podman.sock'];
const engineFolders = ['/dev', '/sys', '/proc'];

/**
 * A hostPath means the node's own file system, as with kind and minikube: `/x` is `hostpath/x` in the node's data
 * volume, so that two nodes do not share it and it survives a restart. The paths above are the engine host's; the
 * node itself has the engine's socket at `engineSocket`.
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
