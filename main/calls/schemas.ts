/**
 * Documentation of a resource's fields, from the OpenAPI v3 document of its group version. Documents are large: main
 * fetches one when the user opens it, keeps it under its address, which contains its hash, and sends only the part that
 * the resource refers to.
 * https://kubernetes.io/docs/concepts/overview/kubernetes-api/#openapi-v3
 */
import { isNotFound } from '../../agent/api/errors.ts';
import type { FieldSchema, ResourceSchema, ServedResource } from '../contract/resources.ts';
import type { KubeConnection } from '../kube/connection.ts';
import { requestJson } from '../kube/requests.ts';

interface GroupVersionKind {
  group: string;
  version: string;
  kind: string;
}

type WireSchema = Omit<FieldSchema, 'additionalProperties' | 'properties' | 'items'> & {
  properties?: Record<string, WireSchema>;
  additionalProperties?: WireSchema | boolean;
  items?: WireSchema;
  allOf?: WireSchema[];
  'x-kubernetes-group-version-kind'?: GroupVersionKind[];
};

export interface OpenApiDocument {
  components?: { schemas?: Record<string, WireSchema> };
}

interface OpenApiIndex {
  paths: Record<string, { serverRelativeURL: string }>;
}

interface Kept {
  address: string;
  document: Promise<OpenApiDocument>;
}

/** Documents kept per connection: those of the most recently viewed resources. */
const maxKept = 3;
const known = new WeakMap<KubeConnection, Map<string, Kept>>();

/** Undefined if the server publishes no schema: before 1.24, or for an aggregated API without one. */
export async function schemaOf(
  connection: KubeConnection,
  resource: ServedResource,
  signal: AbortSignal,
): Promise<ResourceSchema | undefined> {
  const index = await requestJson<OpenApiIndex>(connection, { method: 'GET', path: '/openapi/v3', signal }).catch(
    (error: unknown) => {
      if (isNotFound(error)) return undefined;
      throw error;
    },
  );
  const { group, version } = resource;
  const key = group ? `apis/${group}/${version}` : `api/${version}`;
  const address = index?.value.paths[key]?.serverRelativeURL;
  return address === undefined ? undefined : extractSchema(await documentAt(connection, key, address), resource);
}

function documentAt(connection: KubeConnection, key: string, address: string): Promise<OpenApiDocument> {
  const kept = known.get(connection) ?? new Map<string, Kept>();
  known.set(connection, kept);
  const found = kept.get(key);
  kept.delete(key);
  const entry = found?.address === address ? found : { address, document: fetchDocument(connection, address) };
  kept.set(key, entry);
  entry.document.catch(() => kept.delete(key));
  for (const oldest of kept.keys()) if (kept.size > maxKept) kept.delete(oldest);
  return entry.document;
}

const fetchDocument = async (connection: KubeConnection, path: string): Promise<OpenApiDocument> =>
  (await requestJson<OpenApiDocument>(connection, { method: 'GET', path })).value;

const referencePrefix = '#/components/schemas/';

/** The schema of one kind and of everything that it refers to. */
export function extractSchema({ components }: OpenApiDocument, { group, version, kind }: GroupVersionKind) {
  const schemas = components?.schemas ?? {};
  const is = (each: GroupVersionKind) => each.group === group && each.version === version && each.kind === kind;
  const root = Object.values(schemas).find((schema) => schema['x-kubernetes-group-version-kind']?.some(is));
  if (!root) return undefined;
  const definitions: Record<string, FieldSchema> = {};
  const waiting: string[] = [];
  const read = (schema: WireSchema): FieldSchema => readSchema(schema, (name) => waiting.push(name));
  const top = read(root);
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const schema = schemas[name];
    if (schema && !Object.hasOwn(definitions, name)) definitions[name] = read(schema);
  }
  return { root: top, definitions };
}

/** A reference with documentation of its own comes wrapped in `allOf`. */
function readSchema(schema: WireSchema, reached: (name: string) => void): FieldSchema {
  const { type, format, description, enum: values, required, properties, additionalProperties, items } = schema;
  const reference = schema.$ref ?? schema.allOf?.[0]?.$ref;
  const $ref = reference?.slice(referencePrefix.length);
  if ($ref !== undefined) reached($ref);
  const read = (each: WireSchema) => readSchema(each, reached);
  return {
    ...(type ? { type } : {}),
    ...(format ? { format } : {}),
    ...(description ? { description } : {}),
    ...(values ? { enum: values } : {}),
    ...(required ? { required } : {}),
    ...($ref === undefined ? {} : { $ref }),
    ...(items ? { items: read(items) } : {}),
    ...(typeof additionalProperties === 'object' ? { additionalProperties: read(additionalProperties) } : {}),
    ...(properties
      ? { properties: Object.fromEntries(Object.entries(properties).map(([name, each]) => [name, read(each)])) }
      : {}),
  };
}
