/**
 * Build tool: makes `facts.json` from upstream's Go types, for the release that `version.ts` names. Run once for each
 * release: `node agent/api/schema/generate-facts.ts FOLDER`, where FOLDER holds `api`, `apimachinery`,
 * `apiextensions-apiserver` and `kube-aggregator` at its tag (in a checkout of Kubernetes: `staging/src/k8s.io`), then
 * `npx biome format --write` on it.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Facts, FieldFacts } from './facts.ts';
import { generate } from './generate.ts';
import { flatFields, type GoField, type GoStruct, readGoStructs } from './read-go-types.ts';
import { type Definitions, resolve, type Schema } from './schema.ts';

const repositories = ['api', 'apimachinery', 'apiextensions-apiserver', 'kube-aggregator'];

interface Place {
  folder: string;
  struct: string;
}

/** `io.k8s.api.core.v1.Pod` -> `api/core/v1`, `Pod` */
function placeOf(root: string, definition: string): Place {
  const path = definition.replace(/^io\.k8s\./, '');
  const repository = repositories.find((name) => path.startsWith(`${name}.`)) ?? '';
  const parts = path.slice(repository.length + 1).split('.');
  return { folder: join(root, repository, ...parts.slice(0, -1)), struct: parts.at(-1) ?? '' };
}

const isOneOf = <T extends string>(value: string | undefined, allowed: readonly T[]): value is T =>
  allowed.some((each) => each === value);

const mapTypeOf = (markers: GoField['markers']): 'atomic' | 'granular' | undefined =>
  [markers.mapType?.[0], markers.structType?.[0]].find((value) => isOneOf(value, ['atomic', 'granular'] as const));

/** A literal; a reference to a constant of Go is none. */
function defaultOf({ default: [text = ''] = [] }: GoField['markers']): string | number | boolean | undefined {
  return /^("[^"]*"|\d+|true|false)$/.test(text) ? (JSON.parse(text) as string | number | boolean) : undefined;
}

function factsOf({ tags, markers }: GoField): FieldFacts {
  const [list] = markers.listType ?? [];
  const map = mapTypeOf(markers);
  const fallback = defaultOf(markers);
  return {
    ...(isOneOf(list, ['atomic', 'set', 'map'] as const) ? { list } : {}),
    ...(markers.listMapKey ? { keys: [...markers.listMapKey] } : {}),
    ...(map ? { map } : {}),
    ...(tags.patchStrategy ? { patch: tags.patchStrategy } : {}),
    ...(tags.patchMergeKey ? { key: tags.patchMergeKey } : {}),
    ...(fallback === undefined ? {} : { default: fallback }),
  };
}

/** Fields that JSON always has, unless as null; undefined where the schema's `required` says the same. */
function writtenOf(fields: readonly GoField[], { required = [], properties = {} }: Schema): string[] | undefined {
  const isWritten = ({ name, type, omitted }: GoField) => !omitted && !type.startsWith('*') && name in properties;
  const written = fields.filter(isWritten).map(({ name }) => name);
  const same = written.length === required.length && written.every((name) => required.includes(name));
  return same ? undefined : written.sort();
}

/** Fields that hold a struct itself and no pointer to one: Go writes them, `omitempty` or not. */
const structsOf = (fields: readonly GoField[], { properties = {} }: Schema, definitions: Definitions): string[] =>
  fields
    .filter(({ name, type }) => /^[\w.]+$/.test(type) && resolve(definitions, properties[name])?.properties)
    .map(({ name }) => name)
    .sort();

/** Fields that hold a time itself: Go writes null where none is set, unless the field has `omitzero`. */
const timesOf = (fields: readonly GoField[], { properties = {} }: Schema): string[] =>
  fields
    .filter(
      ({ name, type, tags }) =>
        /^(metav1\.)?(Micro)?Time$/.test(type) && !tags.json?.includes('omitzero') && properties[name],
    )
    .map(({ name }) => name)
    .sort();

/** Structs of a package by name; `folder` has its Go files. */
const readPackage = (folder: string): Map<string, GoStruct> =>
  new Map(
    readdirSync(folder)
      .filter((file) => /^types\w*\.go$/.test(file))
      .flatMap((file) => readGoStructs(readFileSync(join(folder, file), 'utf8')))
      .map((struct) => [struct.name, struct]),
  );

/**
 * The struct and its fields as JSON has them; undefined where upstream has the definition no longer, or never as a
 * struct.
 */
export function goTypeReader(
  root: string,
): (definition: string) => { struct: GoStruct; fields: GoField[] } | undefined {
  const packages = new Map<string, Map<string, GoStruct>>();
  return (definition) => {
    const { folder, struct: name } = placeOf(root, definition);
    if (!existsSync(folder)) return undefined;
    const structs = packages.get(folder) ?? readPackage(folder);
    packages.set(folder, structs);
    const struct = structs.get(name);
    return struct && { struct, fields: flatFields(structs, struct) };
  };
}

function generateFacts(root: string): Facts {
  const read = goTypeReader(root);
  const table: Facts = {};
  const { definitions } = generate();
  for (const [definition, schema] of Object.entries(definitions)) {
    const found = read(definition);
    if (!found) continue;
    const fields = found.fields
      .filter(({ name }) => schema.properties?.[name])
      .map((field) => [field.name, factsOf(field)] as const)
      .filter(([, facts]) => Object.keys(facts).length > 0);
    const [map, written] = [mapTypeOf(found.struct.markers), writtenOf(found.fields, schema)];
    const [structs, times] = [structsOf(found.fields, schema, definitions), timesOf(found.fields, schema)];
    if (!map && !written && [structs, times, fields].every(({ length }) => length === 0)) continue;
    table[definition.replace(/^io\.k8s\./, '')] = {
      ...(map ? { map } : {}),
      ...(written ? { written } : {}),
      ...(structs.length > 0 ? { structs } : {}),
      ...(times.length > 0 ? { times } : {}),
      ...(fields.length > 0 ? { fields: Object.fromEntries(fields) } : {}),
    };
  }
  return table;
}

if (import.meta.main) {
  const [root] = process.argv.slice(2);
  if (!root) throw new Error('usage: node agent/api/schema/generate-facts.ts FOLDER');
  const table = generateFacts(root);
  writeFileSync(join(import.meta.dirname, 'facts.json'), JSON.stringify(table));
  console.log(`${Object.keys(table).length} definitions`);
}
