/**
 * Pieces of the schemas of Gateway API's definitions: what fields are called, their types and limits are upstream's, the
 * descriptions are ours. https://gateway-api.sigs.k8s.io/reference/spec/
 */
import { gatewayGroup } from './group.ts';

/** A schema as a definition has it. */
export type Schema = Readonly<Record<string, unknown>>;

export const text = (limits: Schema = {}): Schema => ({ type: 'string', ...limits });
export const oneOf = (values: readonly string[], more: Schema = {}): Schema => ({
  type: 'string',
  enum: values,
  ...more,
});
export const object = (properties: Readonly<Record<string, Schema>>, more: Schema = {}): Schema => ({
  type: 'object',
  properties,
  ...more,
});
export const whole = (minimum: number, maximum: number, more: Schema = {}): Schema => ({
  type: 'integer',
  format: 'int32',
  minimum,
  maximum,
  ...more,
});
/** A list that a client replaces whole. */
export const list = (items: Schema, maxItems: number, more: Schema = {}): Schema => ({
  type: 'array',
  'x-kubernetes-list-type': 'atomic',
  maxItems,
  items,
  ...more,
});
/** A list whose items are told apart by a field. */
export const mapList = (key: string, items: Schema, maxItems: number, more: Schema = {}): Schema => ({
  ...list(items, maxItems, more),
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': [key],
});
export const described = (description: string, schema: Schema): Schema => ({ description, ...schema });

/** Rules in CEL: what is wrong where one does not hold. */
export const rules = (...all: readonly (readonly [message: string, rule: string])[]): Schema => ({
  'x-kubernetes-validations': all.map(([message, rule]) => ({ message, rule })),
});

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const dotted = `${label}(\\.${label})*`;
export const subdomain = `^${dotted}$`;
export const controllerPattern = `^${dotted}\\/[A-Za-z0-9\\/\\-._~%!$&'()*+,;=:]+$`;

export const group = text({ maxLength: 253, pattern: `^$|${subdomain}` });
export const kind = text({ minLength: 1, maxLength: 63, pattern: '^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$' });
export const objectName = text({ minLength: 1, maxLength: 253 });
export const namespace = text({ minLength: 1, maxLength: 63, pattern: `^${label}$` });
export const sectionName = text({ minLength: 1, maxLength: 253, pattern: subdomain });
export const hostname = text({ minLength: 1, maxLength: 253, pattern: `^(\\*\\.)?${dotted}$` });
export const preciseHostname = text({ minLength: 1, maxLength: 253, pattern: subdomain });
export const portNumber = whole(1, 65_535);

/** The fields of a reference to an object. */
export const reference = (ofGroup: string, ofKind: string): Record<string, Schema> => ({
  group: { ...group, default: ofGroup },
  kind: { ...kind, default: ofKind },
  name: objectName,
  namespace,
});

export const labelSelector = object(
  {
    matchLabels: { type: 'object', additionalProperties: text() },
    matchExpressions: {
      type: 'array',
      'x-kubernetes-list-type': 'atomic',
      items: object(
        {
          key: text(),
          operator: text(),
          values: { type: 'array', 'x-kubernetes-list-type': 'atomic', items: text() },
        },
        { required: ['key', 'operator'] },
      ),
    },
  },
  { 'x-kubernetes-map-type': 'atomic' },
);

/** Conditions; `waiting`: the types that are unknown until a controller comes. */
export const conditions = (waiting: readonly string[] = []): Schema => ({
  ...mapList(
    'type',
    object(
      {
        type: text({
          maxLength: 316,
          pattern: `^(${dotted}/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$`,
        }),
        status: oneOf(['True', 'False', 'Unknown']),
        reason: text({ minLength: 1, maxLength: 1024, pattern: '^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$' }),
        message: text({ maxLength: 32_768 }),
        observedGeneration: { type: 'integer', format: 'int64', minimum: 0 },
        lastTransitionTime: text({ format: 'date-time' }),
      },
      { required: ['lastTransitionTime', 'message', 'reason', 'status', 'type'] },
    ),
    8,
  ),
  ...(waiting.length > 0 ? { default: pending(waiting) } : {}),
});

export const pending = (types: readonly string[]) =>
  types.map((type) => ({
    type,
    status: 'Unknown',
    reason: 'Pending',
    message: 'Waiting for controller',
    lastTransitionTime: '1970-01-01T00:00:00Z',
  }));

export interface Column {
  name: string;
  type: 'string' | 'date';
  jsonPath: string;
  priority?: number;
}

export const ageColumn: Column = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };

interface Names {
  kind: string;
  plural: string;
  shortNames?: readonly string[];
}

interface Definition {
  names: Names;
  scope: 'Cluster' | 'Namespaced';
  /** The first is stored. */
  versions: readonly string[];
  columns: readonly Column[];
  hasStatus: boolean;
  description: string;
  properties: Readonly<Record<string, Schema>>;
}

/** The release of Gateway API whose standard channel the definitions have. */
const release = 'v1.4.0';

/** The mark of definitions that `skiff gateway` made, and so may remove. */
export const ownLabel = { 'app.kubernetes.io/managed-by': 'skiff' };

export const define = ({ names, scope, versions, columns, hasStatus, description, properties }: Definition) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: {
    name: `${names.plural}.${gatewayGroup}`,
    labels: ownLabel,
    annotations: {
      // Groups below k8s.io need it. https://github.com/kubernetes/enhancements/pull/1111
      'api-approved.kubernetes.io': 'https://github.com/kubernetes-sigs/gateway-api/pull/3328',
      'gateway.networking.k8s.io/bundle-version': release,
      'gateway.networking.k8s.io/channel': 'standard',
    },
  },
  spec: {
    group: gatewayGroup,
    scope,
    names: {
      ...names,
      singular: names.kind.toLowerCase(),
      listKind: `${names.kind}List`,
      categories: ['gateway-api'],
    },
    versions: versions.map((name, index) => ({
      name,
      served: true,
      storage: index === 0,
      additionalPrinterColumns: columns,
      ...(hasStatus ? { subresources: { status: {} } } : {}),
      schema: {
        openAPIV3Schema: {
          type: 'object',
          description,
          required: ['spec'],
          properties: {
            apiVersion: text(),
            kind: text(),
            metadata: { type: 'object' },
            ...properties,
          },
        },
      },
    })),
  },
});
