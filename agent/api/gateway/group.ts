/** What the definitions of Gateway API and its controller share. */

export const gatewayGroup = 'gateway.networking.k8s.io';

/** The class of the built-in controller. */
export const gatewayClassName = 'skiff';

export const gatewayController = 'skiff.dev/gateway';
