/**
 * Adds what another server documents to a document of version 2.
 * https://github.com/kubernetes/kube-openapi/blob/master/pkg/aggregator/aggregator.go
 * (FilterSpecByPathsWithoutSideEffects, MergeSpecsIgnorePathConflictRenamingDefinitionsAndParameters)
 */
import { isEqual, isObject } from '../json/value.ts';

type Fields = Readonly<Record<string, unknown>>;

const prefix = '#/definitions/';
const fieldsIn = (value: unknown): Fields => (isObject(value) ? value : {});

/** Every value with its references replaced by what `rename` makes of their names. */
function renamed(value: unknown, rename: (name: string) => string): unknown {
  if (Array.isArray(value)) return value.map((each) => renamed(each, rename));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) =>
      key === '$ref' && typeof each === 'string' && each.startsWith(prefix)
        ? [key, prefix + rename(each.slice(prefix.length))]
        : [key, renamed(each, rename)],
    ),
  );
}

/** Names of the definitions to which the value leads, directly or by others. */
function neededBy(value: unknown, definitions: Fields): Set<string> {
  const found = new Set<string>();
  const waiting = [value];
  for (const each of waiting) {
    renamed(each, (name) => {
      if (!found.has(name) && Object.hasOwn(definitions, name)) {
        found.add(name);
        waiting.push(definitions[name]);
      }
      return name;
    });
  }
  return found;
}

export interface DocumentPart {
  paths: Fields;
  definitions: Fields;
}

/** The paths below `root` and the definitions that they need. */
export function partBelow(document: unknown, root: string): DocumentPart {
  const { paths, definitions } = fieldsIn(document);
  const own = Object.fromEntries(Object.entries(fieldsIn(paths)).filter(([path]) => path.startsWith(root)));
  const all = fieldsIn(definitions);
  return { paths: own, definitions: Object.fromEntries([...neededBy(own, all)].map((name) => [name, all[name]])) };
}

/** `Pod` is taken: `Pod_v2`, or the next that is free or the same. */
function freeName(name: string, definition: unknown, taken: Fields): string {
  for (let number = 2; ; number += 1) {
    const candidate = `${name}_v${number}`;
    if (!Object.hasOwn(taken, candidate) || isEqual(taken[candidate], definition)) return candidate;
  }
}

/** What the document has under a path stays; a definition of the same name and other content gets another name. */
export function mergeV2<Document extends DocumentPart>(document: Document, part: DocumentPart): Document {
  const names = new Map<string, string>();
  for (const [name, definition] of Object.entries(part.definitions)) {
    const isTaken = Object.hasOwn(document.definitions, name) && !isEqual(document.definitions[name], definition);
    if (isTaken) names.set(name, freeName(name, definition, document.definitions));
  }
  const rename = (name: string): string => names.get(name) ?? name;
  const definitions = Object.entries(part.definitions).map(([name, definition]) => [
    rename(name),
    renamed(definition, rename),
  ]);
  return {
    ...document,
    paths: { ...fieldsIn(renamed(part.paths, rename)), ...document.paths },
    definitions: { ...document.definitions, ...Object.fromEntries(definitions) },
  };
}
