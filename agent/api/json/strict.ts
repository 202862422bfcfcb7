/**
 * What a decoder finds in a text that the decoded value no longer shows: members that stand more than once, of which the
 * last counts. Worded and limited as upstream's decoder does.
 * https://github.com/kubernetes-sigs/json (kubernetes_patch.go, saveStrictError)
 */
import { quote } from '../quote.ts';
import { endOfString } from './scan.ts';

const mostFaults = 100;

interface Level {
  path: string;
  /** The keys of a map so far; undefined in a list. */
  keys: Set<string> | undefined;
  index: number;
}

const join = (path: string, key: string): string => (path ? `${path}.${key}` : key);

/** One walk over the text of a JSON document, which is well formed. */
class Walk {
  readonly #bytes: Uint8Array;
  readonly #unknown: Set<string>;
  readonly #faults = new Set<string>();
  readonly #levels: Level[] = [];
  /** Where the value that comes next stands. */
  #path = '';
  /** Levels that are open inside a field that is unknown: nothing in it is looked at. */
  #skipped = 0;
  #isUnknown = false;

  constructor(bytes: Uint8Array, unknown: readonly string[]) {
    this.#bytes = bytes;
    this.#unknown = new Set(unknown);
  }

  #report(fault: string): void {
    if (this.#faults.size < mostFaults) this.#faults.add(fault);
  }

  #member(key: string, keys: Set<string>, parent: string): void {
    this.#path = join(parent, key);
    this.#isUnknown = this.#unknown.has(this.#path);
    if (this.#isUnknown) this.#report(`unknown field ${quote(this.#path)}`);
    else if (keys.has(key)) this.#report(`duplicate field ${quote(this.#path)}`);
    keys.add(key);
  }

  #open(keys: Set<string> | undefined): void {
    if (this.#skipped > 0 || this.#isUnknown) {
      this.#skipped += 1;
      this.#isUnknown = false;
      return;
    }
    this.#levels.push({ path: this.#path, keys, index: 0 });
    if (!keys) this.#path += '[0]';
  }

  #close(): void {
    if (this.#skipped > 0) this.#skipped -= 1;
    else this.#levels.pop();
  }

  #comma(): void {
    const level = this.#levels.at(-1);
    if (this.#skipped > 0 || !level) return;
    this.#isUnknown = false;
    level.index += 1;
    if (!level.keys) this.#path = `${level.path}[${level.index}]`;
  }

  #string(start: number, end: number): void {
    const level = this.#levels.at(-1);
    let next = end + 1;
    while (next < this.#bytes.length && (this.#bytes[next] ?? 0) <= 0x20) next += 1;
    if (this.#skipped > 0 || !level?.keys || this.#bytes[next] !== 0x3a) return;
    const text = new TextDecoder().decode(this.#bytes.subarray(start, end + 1));
    this.#member(String(JSON.parse(text)), level.keys, level.path);
  }

  faults(): string[] {
    for (let at = 0; at < this.#bytes.length; at += 1) {
      const character = String.fromCharCode(this.#bytes[at] ?? 0);
      if (character === '"') {
        const end = endOfString(this.#bytes, at + 1);
        this.#string(at, end);
        at = end;
      } else if (character === '{') this.#open(new Set());
      else if (character === '[') this.#open(undefined);
      else if (character === '}' || character === ']') this.#close();
      else if (character === ',') this.#comma();
    }
    for (const path of this.#unknown) this.#report(`unknown field ${quote(path)}`);
    return [...this.#faults];
  }
}

/** `duplicate field "spec.x"` and, of the given paths, `unknown field "spec.y"`, as they come in the text. */
export const faultsOf = (bytes: Uint8Array, unknown: readonly string[]): string[] => new Walk(bytes, unknown).faults();

export const unknownFaults = (unknown: readonly string[]): string[] =>
  unknown.slice(0, mostFaults).map((path) => `unknown field ${quote(path)}`);

/** Members of all maps of a decoded value. */
export function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (Array.isArray(value)) return value.reduce<number>((sum, each) => sum + countMembers(each), 0);
  let count = 0;
  for (const field of Object.values(value)) count += 1 + countMembers(field);
  return count;
}
