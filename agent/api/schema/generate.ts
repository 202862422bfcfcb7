/**
 * Build tool: derives the OpenAPI definitions of every Kubernetes type from the `kubernetes-models` package.
 * The declarations (.d.ts) give properties, references, enums and documentation; the compiled validators beside them
 * tell integers from numbers and carry the formats. Run as `node agent/api/schema/generate.ts [folder]`; writes
 * `definitions.json` and, apart because only `kubectl explain` wants them, `descriptions.json`.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type Comment, parseSync, type Statement, type TSPropertySignature, type TSType } from 'oxc-parser';
import factsJson from './facts.json' with { type: 'json' };
import { type Facts, fieldExtensions } from './facts.ts';
import { intOrStringDefinition, quantityDefinition, type Schema } from './schema.ts';

const require = createRequire(import.meta.url);
const packages = ['kubernetes-models', '@kubernetes-models/apimachinery'].map((name) =>
  dirname(require.resolve(`${name}/package.json`)),
);

const spelled: Record<string, Schema> = {
  [quantityDefinition]: { type: 'string' },
  [intOrStringDefinition]: { type: 'string', format: 'int-or-string' },
};

const factsTable: Facts = factsJson as Facts;

const claim = 'io.k8s.api.core.v1.PersistentVolumeClaim';

/** Structs that are any JSON, texts and numbers included. */
const anyJson = /\.(JSON|JSONSchemaPropsOr\w+)$/;

/** Structs that hold any JSON. */
const free = /\.(JSON|JSONSchemaPropsOr\w+|RawExtension|FieldsV1|Patch|CustomResourceSubresourceStatus)$/;

/** `IoK8sApiCoreV1` + `Pod` -> `io.k8s.api.core.v1.Pod`. */
function definitionName(alias: string, kind: string): string {
  const prefix = alias.slice(0, alias.length - kind.length);
  const words = prefix.match(/[A-Z][a-z0-9]*/g) ?? [];
  const path = words
    .join('.')
    .toLowerCase()
    .replace('apiextensions.apiserver', 'apiextensions-apiserver')
    .replace('kube.aggregator', 'kube-aggregator');
  return `${path}.${kind}`;
}

const exported = /export type \{ I(\w+) as II(oK8s\w+), \w+ as \w+ \};/;

interface Source {
  name: string;
  alias: string;
  text: string;
  validator: string;
}

function readSources(): Source[] {
  return packages.flatMap((root) =>
    readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.d.ts') && !path.startsWith('_schemas') && !path.endsWith('index.d.ts'))
      .flatMap((path) => {
        const text = readFileSync(join(root, path), 'utf8');
        const match = exported.exec(text);
        if (!match) return [];
        const [, kind = '', rest = ''] = match;
        const alias = `I${rest}`;
        const validator = readFileSync(join(root, '_schemas', `${alias}.js`), 'utf8');
        return [{ name: definitionName(alias, kind), alias, text, validator }];
      }),
  );
}

type Leaf = { type: 'integer' | 'number' | 'string'; format?: string };

/** Reads type and format of a property (or of the items of its list or map) from the compiled validator. */
function leafReader(validator: string): (property: string) => Leaf | undefined {
  const formats = new Map(
    [...validator.matchAll(/let (formats\d+)=formats\.(\w+)|let (formats\d+)=formats\["([\w-]+)"\]/g)].map((match) => [
      match[1] ?? match[3] ?? '',
      match[2] ?? match[4] ?? '',
    ]),
  );
  const bodies = new Map(
    [...validator.matchAll(/function (validate\d+)\(data,.*?return \1\.errors=/gs)].map((match) => [
      match[1] ?? '',
      match[0],
    ]),
  );
  const read = (name: string): Leaf | undefined => {
    const body = bodies.get(name);
    if (body === undefined) return undefined;
    const inner = /(validate\d+)\(data\[/.exec(body)?.[1];
    if (inner) return read(inner);
    const format = formats.get(/(formats\d+)\.validate/.exec(body)?.[1] ?? '');
    const type = body.includes('data%1') ? 'integer' : body.includes('type:"number"') ? 'number' : 'string';
    return { type, ...(format ? { format } : {}) };
  };
  return (property) => {
    const call = new RegExp(`(validate\\d+)\\(data(?:\\.${property}|\\["${property}"\\]),`).exec(validator);
    return call?.[1] ? read(call[1]) : undefined;
  };
}

type TypeReader = (type: TSType, leaf: Leaf | undefined) => Schema;

function typeReader(names: ReadonlyMap<string, string>, self: Source): TypeReader {
  const reference = (name: string): Schema => {
    const target =
      names.get(name.replace(/^I(?=I)/, '')) ??
      (exported.exec(self.text)?.[1] === name.slice(1) ? self.name : undefined);
    if (!target) throw new Error(`${self.name}: no definition for ${name}`);
    return { $ref: target };
  };
  const read: TypeReader = (type, leaf) => {
    switch (type.type) {
      case 'TSStringKeyword':
        return leaf?.type === 'string' && leaf.format ? { type: 'string', format: leaf.format } : { type: 'string' };
      case 'TSNumberKeyword':
        return {
          type: leaf?.type === 'integer' ? 'integer' : 'number',
          ...(leaf?.format ? { format: leaf.format } : {}),
        };
      case 'TSBooleanKeyword':
        return { type: 'boolean' };
      case 'TSLiteralType':
        return { type: 'string' };
      case 'TSUnionType':
        return { type: 'string', enum: type.types.flatMap(literal) };
      case 'TSTypeLiteral': {
        const [member] = type.members;
        // Written out there because these templates need not name their kind.
        if (self.name.endsWith('.StatefulSetSpec') && member?.type === 'TSPropertySignature') return { $ref: claim };
        if (member?.type !== 'TSIndexSignature') throw new Error(`${self.name}: inline struct`);
        return { type: 'object', additionalProperties: read(member.typeAnnotation.typeAnnotation, leaf) };
      }
      case 'TSTypeReference': {
        const name = type.typeName.type === 'Identifier' ? type.typeName.name : '';
        const [item] = type.typeArguments?.params ?? [];
        if (name === 'Array' && item) return { type: 'array', items: read(item, leaf) };
        return reference(name);
      }
      default:
        throw new Error(`${self.name}: unexpected ${type.type}`);
    }
  };
  return read;
}

const literal = (type: TSType): string[] =>
  type.type === 'TSLiteralType' && type.literal.type === 'Literal' ? [String(type.literal.value)] : [];

/** The text of a JSDoc block, with the escapes undone that keep its asterisks from being markup. */
const prose = (comment: string): string =>
  comment
    .replace(/^\*/, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, ''))
    .join('\n')
    .replaceAll('\\*', '*')
    .trim();

function docReader(text: string, comments: readonly Comment[]): (start: number) => string | undefined {
  return (start) => {
    const comment = comments.find(({ end }) => end <= start && /^\s*$/.test(text.slice(end, start)));
    return comment && prose(comment.value);
  };
}

interface Definition {
  name: string;
  schema: Schema;
  docs: Record<string, string>;
}

function groupVersionKind(members: readonly TSPropertySignature[]): Schema['x-kubernetes-group-version-kind'] {
  const constant = (name: string): string | undefined => {
    const member = members.find(({ key }) => key.type === 'Literal' && key.value === name);
    return member?.typeAnnotation ? literal(member.typeAnnotation.typeAnnotation)[0] : undefined;
  };
  const [apiVersion, kind] = [constant('apiVersion'), constant('kind')];
  if (!apiVersion || !kind) return undefined;
  const [group = '', version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  return [{ group, version: version ?? '', kind }];
}

const isInterface = (statement: Statement): boolean =>
  statement.type === 'ExportNamedDeclaration' && statement.declaration?.type === 'TSInterfaceDeclaration';

function define(source: Source, names: ReadonlyMap<string, string>): Definition {
  const { program, comments } = parseSync(`${source.alias}.d.ts`, source.text);
  const statement = program.body.find(isInterface);
  const docs: Record<string, string> = {};
  const doc = docReader(source.text, comments);
  const own = doc((statement ?? program.body.find(({ type }) => type === 'ExportNamedDeclaration') ?? program).start);
  if (own) docs[''] = own;
  if (statement?.type !== 'ExportNamedDeclaration' || statement.declaration?.type !== 'TSInterfaceDeclaration') {
    const format = /formats\.(\w+)|formats\["([\w-]+)"\]/.exec(source.validator);
    const text: Schema = { type: 'string', ...(format ? { format: format[1] ?? format[2] ?? '' } : {}) };
    return { name: source.name, schema: spelled[source.name] ?? text, docs };
  }
  const members = statement.declaration.body.body.filter((member) => member.type === 'TSPropertySignature');
  const [read, leaf] = [typeReader(names, source), leafReader(source.validator)];
  const properties: Record<string, Schema> = {};
  const required: string[] = [];
  const gvk = groupVersionKind(members);
  const facts = factsTable[source.name.replace(/^io\.k8s\./, '')] ?? {};
  for (const member of members) {
    if (member.key.type !== 'Literal' || !member.typeAnnotation) continue;
    const key = String(member.key.value);
    const schema = read(member.typeAnnotation.typeAnnotation, leaf(key));
    properties[key] = { ...schema, ...fieldExtensions(facts.fields?.[key]) };
    // Upstream never requires what names the type itself.
    if (!member.optional && !(gvk && (key === 'apiVersion' || key === 'kind'))) required.push(key);
    const text = doc(member.start);
    if (text) docs[key] = text;
  }
  const schema: Schema = {
    ...(anyJson.test(source.name) ? {} : { type: 'object' as const }),
    ...(required.length > 0 ? { required } : {}),
    ...(facts.written ? { written: facts.written } : {}),
    ...(facts.structs ? { structs: facts.structs } : {}),
    ...(facts.times ? { times: facts.times } : {}),
    ...(members.length > 0 ? { properties } : {}),
    ...(members.length === 0 || free.test(source.name) ? { 'x-kubernetes-preserve-unknown-fields': true } : {}),
    ...(facts.map ? { 'x-kubernetes-map-type': facts.map } : {}),
    ...(gvk ? { 'x-kubernetes-group-version-kind': gvk } : {}),
  };
  return { name: source.name, schema, docs };
}

const typeMeta = {
  apiVersion:
    'APIVersion defines the versioned schema of this representation of an object. Servers should convert recognized ' +
    'schemas to the latest internal value, and may reject unrecognized values. More info: ' +
    'https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#resources',
  kind:
    'Kind is a string value representing the REST resource this object represents. Servers may infer this from the ' +
    'endpoint the client submits requests to. Cannot be updated. In CamelCase. More info: ' +
    'https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#types-kinds',
};

export function generate(): {
  definitions: Record<string, Schema>;
  descriptions: Record<string, Record<string, string>>;
} {
  const sources = readSources().sort((left, right) => (left.name < right.name ? -1 : 1));
  const names = new Map(sources.map(({ alias, name }) => [alias, name]));
  const definitions: Record<string, Schema> = {};
  const descriptions: Record<string, Record<string, string>> = {};
  for (const source of sources) {
    const { name, schema, docs } = define(source, names);
    definitions[name] = schema;
    descriptions[name] = schema['x-kubernetes-group-version-kind'] ? { ...typeMeta, ...docs } : docs;
  }
  return { definitions, descriptions };
}

if (import.meta.main) {
  const folder = process.argv[2] ?? 'dist/schema';
  const { definitions, descriptions } = generate();
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'definitions.json'), JSON.stringify(definitions));
  await writeFile(join(folder, 'descriptions.json'), JSON.stringify(descriptions));
  console.log(`${Object.keys(definitions).length} definitions in ${folder}`);
}
