/** Chooses a node's platform; no other code does. A new platform is one file and one line here. */
import type { NodeConfig } from '../../node-config.ts';
import { dockerPlatform } from './docker.ts';
import type { Platform } from './platform.ts';
import { simulatedPlatform } from './simulated.ts';

const platforms: Readonly<Record<NodeConfig['runtime'], Platform>> = {
  docker: dockerPlatform,
  simulated: simulatedPlatform,
};

export const platformOf = ({ runtime }: NodeConfig): Platform => platforms[runtime];
