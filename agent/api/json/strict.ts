/**
 * What a decoder finds in a text that the decoded value no longer shows: members that stand more than once, of which
 * the last counts. Worded and limited as upstream's decoder does.
 * https://github.com/kubernetes-sigs/json (kubernetes_patch.go, saveStrictError)
 */
import { quote } from '../quote.ts';
import { backslash, closeList, closeMap, colon, comma, endOfString, openList, openMap, quoteMark } from './scan.ts';

const mostFaults = 100;
/** Characters. Fields whose path is longer are not told apart: to compare them takes too long. */
const longestPath = 1024;

const decoder = new TextDecoder();

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
    this.#unknown = new Set(unknown.filter(({ length }) => length <= longestPath));
  }

  #report(fault: string): void {
    if (this.#faults.size < mostFaults) this.#faults.add(fault);
  }

  #member(key: string, keys: Set<string>, parent: string): void {
    this.#path = join(parent, key);
    const tooLong = this.#path.length > longestPath;
    this.#isUnknown = !tooLong && this.#unknown.has(this.#path);
    if (tooLong) return;
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
    while ((this.#bytes[next] ?? colon) <= 0x20) next += 1;
    if (this.#skipped > 0 || !level?.keys || this.#bytes[next] !== colon) return;
    const raw = this.#bytes.subarray(start + 1, end);
    const key = decoder.decode(raw);
    this.#member(raw.includes(backslash) ? String(JSON.parse(`"${key}"`)) : key, level.keys, level.path);
  }

  faults(): string[] {
    for (let at = 0; at < this.#bytes.length && this.#faults.size < mostFaults; at += 1) {
      const byte = this.#bytes[at];
      if (byte === quoteMark) {
        const end = endOfString(this.#bytes, at + 1);
        this.#string(at, end);
        at = end;
      } else if (byte === openMap) this.#open(new Set());
      else if (byte === openList) this.#open(undefined);
      else if (byte === closeMap || byte === closeList) this.#close();
      else if (byte === comma) this.#comma();
    }
    for (const path of this.#unknown) this.#report(`unknown field ${quote(path)}`);
    return [...this.#faults];
  }
}

/** `duplicate field "spec.x"` and, of the given paths, `unknown field "spec.y"`, as they come in the text. */
export const faultsOf = (bytes: Uint8Array, unknown: readonly string[]): string[] => new Walk(bytes, unknown).faults();

export const unknownFaults = (unknown: readonly string[]): string[] =>
  unknown.slice(0, mostFaults).map((path) => `unknown field ${quote(path)}`);
