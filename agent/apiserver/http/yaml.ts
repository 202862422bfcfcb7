/**
 * Loaded when somebody asks for it. A module of ours, for the bundle of a CommonJS package has no names to import
 * later.
 */
import { type Document, isScalar, LineCounter, parseDocument, stringify, visit } from 'yaml';
import '../../api/json/big-integers.ts';
import { quote } from '../../api/quote.ts';

export interface YamlContent {
  /** The same as JSON. */
  json: Uint8Array;
  /**
   * Keys that stand more than once in one map, as upstream's parser names them: `line 8: key "name" already set in
   * map`.
   */
  repeated: string[];
}

/** As many as anybody reads. */
const mostRepeated = 100;

/** In one pass over the tree: the parser's own check compares each key with all keys before it. */
function repeatedKeys(document: Document, lines: LineCounter): string[] {
  const repeated: string[] = [];
  visit(document, {
    Map: (_position, map) => {
      const seen = new Set<unknown>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value) && repeated.length < mostRepeated) {
          const name = typeof key.value === 'string' ? quote(key.value) : String(key.value);
          repeated.push(`line ${lines.linePos(key.range?.[0] ?? 0).line}: key ${name} already set in map`);
        }
        seen.add(key.value);
      }
    },
  });
  return repeated;
}

/** Of keys that stand more than once, the last counts. Throws where the text is no YAML. */
export function fromYaml(text: string): YamlContent {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { uniqueKeys: false, intAsBigInt: true, lineCounter });
  const [error] = document.errors;
  if (error) throw error;
  const repeated = repeatedKeys(document, lineCounter);
  return { json: new TextEncoder().encode(JSON.stringify(document.toJS()) ?? 'null'), repeated };
}

export const toYaml = (value: unknown): string => stringify(value, { version: '1.1' });
