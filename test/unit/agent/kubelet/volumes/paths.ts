/** The paths of a node for tests of volumes. */
import { createPaths, type Paths } from '../../../../../agent/kubelet/volumes/paths.ts';

export const pathsAt = (dataFolder: string, dataOnEngine = '/engine', engineSocket = '/run/engine.sock'): Paths =>
  createPaths({
    dataFolder,
    dataOnEngine,
    engineSocket,
    findManagedFile: async (file) => `/containers/node${file}`,
    findRoot: async () => '/containers/node/root',
  });
