/** From what is filled in to an object: no field that was left empty, and labels as `kubectl create` sets them. */
import type { Pair } from '../pairs.ts';

export interface DeploymentFields {
  name: string;
  namespace: string;
  image: string;
  replicas: number;
  port?: number;
  cpu: string;
  memory: string;
  env: readonly Pair[];
}

export interface ServiceFields {
  name: string;
  namespace: string;
  type: string;
  port: number;
  /** A number, a name, or nothing: the same as the port. */
  targetPort: string;
  selector: readonly Pair[];
}

export interface DataFields {
  name: string;
  namespace: string;
  data: readonly Pair[];
}

const filled = (pairs: readonly Pair[]): Record<string, string> =>
  Object.fromEntries(pairs.filter(({ key }) => key.trim()).map(({ key, value }) => [key.trim(), value]));

export function deploymentFrom({ name, namespace, image, replicas, port, cpu, memory, env }: DeploymentFields) {
  const labels = { app: name };
  const requests = { ...(cpu ? { cpu } : {}), ...(memory ? { memory } : {}) };
  const variables = Object.entries(filled(env)).map(([key, value]) => ({ name: key, value }));
  const container = {
    name,
    image,
    ...(port ? { ports: [{ containerPort: port }] } : {}),
    ...(variables.length ? { env: variables } : {}),
    ...(cpu || memory ? { resources: { requests } } : {}),
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace, labels },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [container] } },
    },
  };
}

export function serviceFrom({ name, namespace, type, port, targetPort, selector }: ServiceFields) {
  const target = targetPort.trim() === '' ? port : /^\d+$/.test(targetPort) ? Number(targetPort) : targetPort.trim();
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace },
    spec: { type, selector: filled(selector), ports: [{ name: `port-${port}`, port, targetPort: target }] },
  };
}

export const configMapFrom = ({ name, namespace, data }: DataFields) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace },
  data: filled(data),
});

export const secretFrom = ({ name, namespace, type, data }: DataFields & { type: string }) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace },
  type,
  stringData: filled(data),
});
