/**
 * What nodes and pods use: computed when somebody asks, as a metrics server answers.
 * https://github.com/kubernetes/metrics/blob/release-1.36/pkg/apis/metrics/v1beta1/types.go
 * https://github.com/kubernetes-sigs/metrics-server/blob/master/pkg/api/table.go
 */
import { column, nameColumn } from '../columns.ts';
import { defineKind } from '../define-kind.ts';
import type { Kind, Representation } from '../kind.ts';
import { addQuantities } from '../quantity.ts';
import { objectMetaDefinition, type Schema } from '../schema/schema.ts';
import type { KubeObject } from '../types.ts';

export const metricsGroup = 'metrics.k8s.io';

/** Quantities. */
export interface ResourceUsage {
  cpu: string;
  memory: string;
}

interface Measured extends KubeObject {
  /** RFC 3339: the end of the window. */
  timestamp: string;
  /** A Go duration. */
  window: string;
}

export interface NodeMetrics extends Measured {
  usage: ResourceUsage;
}

export interface PodMetrics extends Measured {
  containers: { name: string; usage: ResourceUsage }[];
}

const text = (description: string): Schema => ({ type: 'string', description });
const usage: Schema = {
  type: 'object',
  description: 'What is used, by the name of the resource.',
  additionalProperties: { type: 'string' },
};

const schemaOf = (own: Record<string, Schema>): Schema => ({
  type: 'object',
  properties: {
    apiVersion: text('The version of this representation.'),
    kind: text('The kind of the object.'),
    metadata: { $ref: objectMetaDefinition },
    timestamp: { ...text('The end of the window in which the usage was measured.'), format: 'date-time' },
    window: text('How long the usage was measured.'),
    ...own,
  },
});

const representation = (kind: string, own: Record<string, Schema>): Representation => ({
  group: metricsGroup,
  version: 'v1beta1',
  definition: `io.k8s.metrics.pkg.apis.metrics.v1beta1.${kind}`,
  schema: schemaOf(own),
});

const windowColumn = column<Measured>('window', 'How long the usage was measured.', ({ window }) => window, {
  format: 'duration',
});

const computed = { ownership: false, verbs: ['get', 'list'] } as const;

export const nodeMetrics = defineKind<NodeMetrics>({
  ...computed,
  kind: 'NodeMetrics',
  plural: 'nodes',
  namespaced: false,
  representations: [representation('NodeMetrics', { usage })],
  columns: [
    nameColumn,
    column('cpu', 'Cores in use.', (object) => object.usage.cpu),
    column('memory', 'Memory in use.', (object) => object.usage.memory),
    windowColumn,
  ],
});

const total = (containers: PodMetrics['containers'], name: keyof ResourceUsage): string =>
  containers.map((each) => each.usage[name]).reduce(addQuantities, '0');

const container: Schema = {
  type: 'object',
  properties: { name: text('The name of the container.'), usage },
};

export const podMetrics = defineKind<PodMetrics>({
  ...computed,
  kind: 'PodMetrics',
  plural: 'pods',
  namespaced: true,
  representations: [
    representation('PodMetrics', {
      containers: { type: 'array', description: 'The containers that run.', items: container },
    }),
  ],
  columns: [
    nameColumn,
    column('cpu', 'Cores in use.', ({ containers }) => total(containers, 'cpu')),
    column('memory', 'Memory in use.', ({ containers }) => total(containers, 'memory')),
    windowColumn,
  ],
});

export const metricsKinds: readonly Kind[] = [nodeMetrics, podMetrics];
