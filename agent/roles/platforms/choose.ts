/** Chooses a node's platform; no other code does. A new platform is one file and one line here. */
import type { NodeConfig } from '../../node-config.ts';
import type { Platform } from './platform.ts';

/** Only the chosen one is loaded. */
const platforms: Readonly<Record<NodeConfig['runtime'], () => Promise<Platform>>> = {
  docker: async () => (await import('./docker.ts')).dockerPlatform,
  simulated: async () => (await import('./simulated.ts')).simulatedPlatform,
};

export const platformOf = ({ runtime }: Pick<NodeConfig, 'runtime'>): Promise<Platform> => platforms[runtime]();
