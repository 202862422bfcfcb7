/**
 * Service variables in the style of Docker links.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/envvars/envvars.go
 */
import type { core, Service } from '../../api/types.ts';

interface Variable {
  name: string;
  value: string;
}

const envName = (text: string): string => text.toUpperCase().replaceAll('-', '_');

function portVariables(prefix: string, host: string, port: core.ServicePort, first: boolean): Variable[] {
  const protocol = port.protocol ?? 'TCP';
  const url = `${protocol.toLowerCase()}://${host}:${port.port}`;
  const base = `${prefix}_PORT_${port.port}_${protocol}`;
  return [
    ...(first ? [{ name: `${prefix}_PORT`, value: url }] : []),
    { name: base, value: url },
    { name: `${base}_PROTO`, value: protocol.toLowerCase() },
    { name: `${base}_PORT`, value: String(port.port) },
    { name: `${base}_ADDR`, value: host },
  ];
}

function serviceVariables(service: Service): Variable[] {
  const { clusterIP: host, ports = [] } = service.spec;
  if (!host || host === 'None') return [];
  const prefix = envName(service.metadata.name);
  const named = ports.filter(({ name }) => name);
  return [
    { name: `${prefix}_SERVICE_HOST`, value: host },
    { name: `${prefix}_SERVICE_PORT`, value: String(ports[0]?.port ?? '') },
    ...named.map(({ name = '', port }) => ({ name: `${prefix}_SERVICE_PORT_${envName(name)}`, value: String(port) })),
    ...ports.flatMap((port, index) => portVariables(prefix, host, port, index === 0)),
  ];
}

/**
 * The variables for the services of the pod's namespace (if it wants links), and always for `kubernetes` of `default`.
 */
export function variablesFor(services: readonly Service[], namespace: string, enableServiceLinks: boolean): Variable[] {
  const wanted = services.filter(({ metadata }) => {
    if (metadata.namespace === 'default' && metadata.name === 'kubernetes') return true;
    return enableServiceLinks && metadata.namespace === namespace;
  });
  return wanted.flatMap(serviceVariables);
}
