/** What `skiff gateway enable` brings into a cluster. */
import { gatewayClassDefinition, gatewayDefinition, referenceGrantDefinition } from './gateway.ts';
import { httpRouteDefinition } from './http-route.ts';

export const gatewayDefinitions = [
  gatewayClassDefinition,
  gatewayDefinition,
  httpRouteDefinition,
  referenceGrantDefinition,
] as const;
