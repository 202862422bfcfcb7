/** Why a service does not answer on localhost, and how to put it there. */
import type { Machine } from '../cluster/machine.ts';
import { contextOf } from '../cluster/names.ts';
import { readJson } from '../kube/client.ts';
import { CommandError, noProfile } from './failure.ts';

export interface Service {
  metadata: { name: string; namespace: string };
  spec: { type: string; ports?: { port: number }[] };
}

interface Wanted {
  profile: string;
  name: string;
  namespace?: string;
}

export async function describeService(machine: Machine, wanted: Wanted, signal: AbortSignal): Promise<CommandError> {
  const connection = await machine.clusters.inside.connection(wanted.profile);
  if (!connection) return noProfile(wanted.profile);
  try {
    const { items } = await readJson<{ items: Service[] }>(connection, '/api/v1/services', signal);
    return reasonOf(wanted, items);
  } finally {
    connection.close();
  }
}

export function reasonOf({ profile, name, namespace }: Wanted, services: Service[]): CommandError {
  const found = services.find(
    ({ metadata }) => metadata.name === name && (!namespace || metadata.namespace === namespace),
  );
  if (!found) {
    const where = namespace ? ` in namespace ${namespace}` : '';
    return new CommandError(
      'ServiceNotFound',
      `there is no service ${name}${where}`,
      `\`skiff service\` lists those on localhost, \`kubectl --context ${contextOf(profile)} get services -A\` lists all.`,
    );
  }
  const kubectl = `kubectl --context ${contextOf(profile)} -n ${found.metadata.namespace}`;
  const full = `service ${found.metadata.namespace}/${name}`;
  const { type, ports = [] } = found.spec;
  if (type === 'NodePort' || type === 'LoadBalancer') {
    const hint = `\`${kubectl} describe service ${name}\`: an event says if its port is taken on this machine.`;
    return new CommandError('ServiceNotExposed', `${full} is not on localhost yet`, hint);
  }
  const patch = `\`${kubectl} patch service ${name} -p '{"spec":{"type":"NodePort"}}'\` puts it on localhost`;
  const forward = `\`${kubectl} port-forward service/${name} 8080:${ports[0]?.port ?? 80}\` does so for a while`;
  const message = `${full} is of type ${type}, which answers inside the cluster only`;
  return new CommandError('ServiceNotExposed', message, type === 'ClusterIP' ? `${patch}; ${forward}.` : `${patch}.`);
}
