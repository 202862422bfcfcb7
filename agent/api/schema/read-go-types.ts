/**
 * Reads what upstream's Go types say and its OpenAPI document does not carry over, or only where the package for it
 * keeps it:
 * struct tags and `+markers`. https://github.com/kubernetes/api/blob/release-1.36/core/v1/types.go
 */
export interface GoField {
  /** Name in JSON; '' where the field's own fields are its parent's. */
  name: string;
  /** As written: `*int32`, `[]Container`, `metav1.Time`. */
  type: string;
  /** JSON leaves out a value that is empty. */
  omitted: boolean;
  tags: Readonly<Record<string, string>>;
  /** `+listType=map` as `listType: ['map']`; a marker may be repeated. */
  markers: Readonly<Record<string, readonly string[]>>;
}

export interface GoStruct {
  name: string;
  markers: GoField['markers'];
  fields: readonly GoField[];
}

type Markers = Record<string, string[]>;

function readMarkers(comments: readonly string[]): Markers {
  const markers: Markers = {};
  for (const comment of comments) {
    const match = /^\/\/\s*\+(\w+)(?:=(.*))?$/.exec(comment);
    if (!match?.[1]) continue;
    markers[match[1]] = [...(markers[match[1]] ?? []), match[2]?.trim() ?? ''];
  }
  return markers;
}

const readTags = (text: string): Record<string, string> =>
  Object.fromEntries([...text.matchAll(/(\w+):"([^"]*)"/g)].map(([, key = '', value = '']) => [key, value]));

/** `Name Type \`tags\`` or `Embedded \`tags\``; undefined for anything that JSON does not show. */
function readField(line: string, comments: readonly string[]): GoField | undefined {
  const match = /^(\w+\s+)?([^\s`]+)\s+`([^`]*)`/.exec(line);
  if (!match) return undefined;
  const tags = readTags(match[3] ?? '');
  const [name = '', ...options] = (tags.json ?? '-').split(',');
  if (name === '-') return undefined;
  const omitted = options.includes('omitempty') || options.includes('omitzero');
  return { name, type: match[2] ?? '', omitted, tags, markers: readMarkers(comments) };
}

/** The structs of one source file. Comments directly above a field or a type are its own. */
export function readGoStructs(source: string): GoStruct[] {
  const structs: GoStruct[] = [];
  let comments: string[] = [];
  let current: { name: string; markers: Markers; fields: GoField[] } | undefined;
  for (const line of source.split('\n').map((each) => each.trim())) {
    if (line.startsWith('//')) {
      comments.push(line);
      continue;
    }
    const opened = /^type (\w+) struct \{(\})?$/.exec(line);
    if (opened?.[1]) {
      current = { name: opened[1], markers: readMarkers(comments), fields: [] };
      structs.push(current);
      if (opened[2]) current = undefined;
    } else if (line === '}') current = undefined;
    else if (current) {
      const field = readField(line, comments);
      if (field) current.fields.push(field);
    }
    // A blank line does not part a type from its markers: upstream writes some above it.
    if (line !== '') comments = [];
  }
  return structs;
}

/** The fields as JSON has them: those of embedded structs in place of these. */
export function flatFields(structs: ReadonlyMap<string, GoStruct>, struct: GoStruct): GoField[] {
  return struct.fields.flatMap((field) => {
    if (field.name !== '') return [field];
    const embedded = structs.get(field.type);
    return embedded ? flatFields(structs, embedded) : [];
  });
}
