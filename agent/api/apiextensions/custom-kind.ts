/**
 * The kind that a definition describes.
 * https://github.com/kubernetes/apiextensions-apiserver/blob/release-1.36/pkg/registry/customresource/strategy.go
 */
import { age, nameColumn } from '../columns.ts';
import { isObject } from '../json/value.ts';
import { type JsonPath, parseJsonPath } from '../json-path.ts';
import type {
  FieldError,
  FieldReader,
  Kind,
  Parts,
  PrinterColumn,
  Representation,
  ScalePaths,
  WebhookConversion,
} from '../kind.ts';
import type { Schema } from '../schema/schema.ts';
import { Correlated } from '../schema/structural/correlated.ts';
import { listTypeErrors } from '../schema/structural/list-types.ts';
import { problemsOf } from '../schema/structural/validate.ts';
import type { AnyObject, apiextensions, CustomResourceDefinition, KubeObject } from '../types.ts';
import { finalizerWarnings } from './finalizer-warnings.ts';
import { plainSchema } from './raw-schema.ts';
import { hasRules } from './rules/has-rules.ts';
import type { RuleTree } from './rules/rule-tree.ts';
import { rules } from './rules/rules.ts';

type Version = apiextensions.CustomResourceVersion;

const shownNumber = (value: unknown): number | null =>
  typeof value === 'number' || typeof value === 'bigint' ? Number(value) : null;

/** As kubectl's JSON paths print a value. */
function shownText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function shownDate(value: unknown, now: number): string | null {
  if (typeof value !== 'string') return null;
  return Number.isNaN(Date.parse(value)) ? '<invalid>' : age(value, now);
}

type Cell = (value: unknown, now: number) => string | number | boolean | null;

/**
 * https://github.com/kubernetes/apiextensions-apiserver/blob/release-1.36/pkg/registry/customresource/tableconvertor/tableconvertor.go
 */
const cells: Readonly<Record<string, Cell>> = {
  integer: (value) => {
    const number = shownNumber(value);
    return number === null ? null : Math.trunc(number);
  },
  number: shownNumber,
  boolean: (value) => (typeof value === 'boolean' ? value : null),
  string: shownText,
  date: shownDate,
};

function columnOf(declared: apiextensions.CustomResourceColumn): PrinterColumn<AnyObject> {
  const { name, type, format, description, priority = 0, jsonPath } = declared;
  const read: JsonPath = parseJsonPath(jsonPath);
  const cell = cells[type] ?? shownText;
  return {
    name,
    type: type as PrinterColumn['type'],
    ...(format ? { format } : {}),
    description: description || `Custom resource definition column (in JSONPath format): ${jsonPath}`,
    priority: priority === 0 ? 0 : 1,
    value: (object, now) => {
      const [value] = read(object);
      return value === undefined || value === null ? null : cell(value, now);
    },
  };
}

const creation: apiextensions.CustomResourceColumn = {
  name: 'Age',
  type: 'date',
  description:
    'CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed ' +
    'to be set in happens-before order across separate operations. Clients may not set this value. It is represented ' +
    'in RFC3339 form and is in UTC.',
  jsonPath: '.metadata.creationTimestamp',
};

const columnsOf = ({ additionalPrinterColumns = [] }: Version): PrinterColumn<AnyObject>[] => [
  nameColumn,
  ...(additionalPrinterColumns.length > 0 ? additionalPrinterColumns : [creation]).map(columnOf),
];

/** `example.com`, `v1`, `Widget` -> `com.example.v1.Widget` */
const definitionName = (group: string, version: string, kind: string): string =>
  [...group.split('.').reverse(), version, kind].join('.');

/** What the schema says of the object itself; metadata is every kind's own. */
function contentProblems(object: KubeObject, old: KubeObject | undefined, schema: Schema): FieldError[] {
  const { metadata: _metadata, ...properties } = schema.properties ?? {};
  const content = { ...schema, properties };
  const before = old && new Correlated(object, old, content);
  // Lists that had an item twice already may keep it.
  const lists = old && listTypeErrors(old, content).length > 0 ? [] : listTypeErrors(object, content);
  return [...problemsOf(object, content, '', before), ...lists];
}

/** What is wrong in such a way keeps rules from being asked: they may rely on their values' types and sizes. */
const blocking: ReadonlySet<FieldError['type']> = new Set([
  'NotSupported',
  'Required',
  'TooLong',
  'TooMany',
  'TypeInvalid',
]);
const unasked: FieldError = {
  type: 'Invalid',
  field: '<nil>',
  value: null,
  detail:
    'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
};

/** Nothing where the schema has no rules. */
function judgeOf(schema: Schema): Pick<Representation, 'load' | 'judge'> {
  if (!hasRules(schema)) return {};
  let tree: RuleTree | undefined | 'unknown' = 'unknown';
  return {
    load: () => rules.load(),
    *judge(object, old, found) {
      if (tree === 'unknown') tree = rules.get().ruleTree(schema);
      if (!tree) return { errors: [], warnings: [] };
      if (found.some(({ type }) => blocking.has(type))) return { errors: [unasked], warnings: [] };
      return yield* rules.get().runRules(tree, object, old);
    },
  };
}

function warningOf(version: Version, { spec }: CustomResourceDefinition): string {
  const name = `${spec.group}/${version.name}`;
  return version.deprecationWarning ?? `${name} ${spec.names.kind} is deprecated`;
}

function selectorsOf({ selectableFields = [] }: Version): Record<string, FieldReader> {
  return Object.fromEntries(
    selectableFields.map(({ jsonPath }) => {
      const read = parseJsonPath(jsonPath);
      const text = (object: KubeObject): string => {
        const [value] = read(object);
        return value === undefined || value === null || isObject(value) ? '' : String(value);
      };
      return [jsonPath.replace(/^\./, ''), text];
    }),
  );
}

const scalePaths = ({
  specReplicasPath,
  statusReplicasPath,
  labelSelectorPath,
}: apiextensions.CustomResourceScale): ScalePaths => {
  const plain = (path: string) => path.replace(/^\./, '');
  return {
    specReplicas: plain(specReplicasPath),
    statusReplicas: plain(statusReplicasPath),
    ...(labelSelectorPath ? { selector: plain(labelSelectorPath) } : {}),
  };
};

function partsIn({ subresources }: Version): Parts {
  const { status, scale } = subresources ?? {};
  return { status: status !== undefined, ...(scale ? { scale: scalePaths(scale) } : {}) };
}

function representationOf(definition: CustomResourceDefinition, version: Version): Representation {
  const { group, names } = definition.spec;
  const parts = partsIn(version);
  const schema = plainSchema(version.schema?.openAPIV3Schema ?? { type: 'object' });
  return {
    group,
    version: version.name,
    definition: definitionName(group, version.name, names.kind),
    schema,
    served: version.served,
    columns: columnsOf(version),
    fieldSelectors: selectorsOf(version),
    parts,
    ...(parts.status ? { prepareForCreate: withoutStatus } : {}),
    ...(version.deprecated ? { warning: warningOf(version, definition) } : {}),
    validate: (object, old) => contentProblems(object, old, schema),
    ...judgeOf(schema),
  };
}

function withoutStatus(object: AnyObject): void {
  delete object.status;
}

/** https://github.com/kubernetes/apiextensions-apiserver/blob/release-1.36/pkg/registry/customresource/status_strategy.go */
function keepMetadata(object: AnyObject, old: AnyObject): void {
  const { managedFields } = object.metadata;
  const { managedFields: _before, ...metadata } = old.metadata;
  object.metadata = managedFields ? { ...metadata, managedFields } : metadata;
}

/** Absent where the versions differ in nothing but their names. */
function conversionOf({ spec }: CustomResourceDefinition): { conversion?: WebhookConversion } {
  const { strategy, webhook } = spec.conversion ?? {};
  if (strategy !== 'Webhook' || !webhook?.clientConfig) return {};
  const { clientConfig: config, conversionReviewVersions: reviewVersions = [] } = webhook;
  return { conversion: { config, reviewVersions } };
}

/**
 * Objects are stored in the version that the definition says, which is the hub. Unless the definition names a webhook,
 * conversion changes the version alone. Subresources are each version's own.
 */
export function customKind(definition: CustomResourceDefinition): Kind {
  const { spec, status } = definition;
  const { versions, scope } = spec;
  const names = { ...spec.names, ...status?.acceptedNames };
  const stored = versions.find(({ storage }) => storage) ?? versions[0];
  if (!stored) throw new Error(`${definition.metadata.name} has no version`);
  const others = versions
    .filter((version) => version !== stored)
    .map((version) => representationOf(definition, version));
  const representation = representationOf(definition, stored);
  return {
    kind: names.kind,
    plural: names.plural,
    singular: names.singular ?? names.kind.toLowerCase(),
    listKind: names.listKind ?? `${names.kind}List`,
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    namespaced: scope === 'Namespaced',
    representations: [representation, ...others],
    hasStatus: representation.parts?.status === true,
    needsRevision: true,
    anyFinalizer: true,
    hasGeneration: true,
    ...conversionOf(definition),
    columns: [nameColumn],
    fieldSelectors: {},
    prepareForStatusUpdate: keepMetadata,
    warn: finalizerWarnings,
  };
}
