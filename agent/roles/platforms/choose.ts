/** The one place where a node's platform is chosen. A platform more is a file and a line. */
import type { NodeConfig } from '../../node-config.ts';
import { dockerPlatform } from './docker.ts';
import type { Platform } from './platform.ts';
import { simulatedPlatform } from './simulated.ts';

const platforms: Readonly<Record<NodeConfig['runtime'], Platform>> = {
  docker: dockerPlatform,
  simulated: simulatedPlatform,
};

export const platformOf = ({ runtime }: NodeConfig): Platform => platforms[runtime];
