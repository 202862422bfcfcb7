/**
 * `Object.spec{replicas: 1}`: the grammar of the parser's library has no constructions, so they are written as calls
 * before it sees them, without moving a character: `Object.spec(________, 1)`.
 * https://github.com/google/cel-spec/blob/master/doc/langdef.md#syntax (fieldInits)
 */

/** One `name: value` of a construction. */
export interface FieldText {
  readonly name: string;
  /** Of its colon, in characters from the start of the expression. */
  readonly at: number;
  /** `?name: value`: the field is set where the optional has a value. */
  readonly isOptional: boolean;
}

export interface Rewritten {
  /** As long as the source. */
  readonly text: string;
  /** By the place of their braces. */
  readonly constructions: ReadonlyMap<number, readonly FieldText[]>;
}

/** With comments. */
const spaces = /(?:\s|\/\/[^\n]*)+/y;
const words = /[A-Za-z0-9_]+/y;
const mayConstruct = /[A-Za-z0-9_]\s*\{/;
const noNames = new Set(['in', 'true', 'false', 'null']);
const closing: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** What a bracket has opened; `fields` are those of a construction. */
interface Opened {
  readonly closedBy: string;
  readonly fields: FieldText[] | undefined;
}

class Rewriter {
  readonly #source: string;
  readonly #characters: string[];
  readonly #constructions = new Map<number, FieldText[]>();
  readonly #open: Opened[] = [];
  #at = 0;
  /** Whether a name has just ended. */
  #afterName = false;
  /** Of the comma that came last, where nothing has come since; else -1. */
  #comma = -1;
  /** Whether the next thing in a construction is the name of a field. */
  #expectsField = false;
  #isOptional = false;

  constructor(source: string) {
    this.#source = source;
    this.#characters = source.split('');
  }

  rewritten(): Rewritten {
    while (this.#at < this.#source.length) this.#token();
    return { text: this.#characters.join(''), constructions: this.#constructions };
  }

  #token(): void {
    const character = this.#source.charAt(this.#at);
    const [space, word] = [this.#endOf(spaces), this.#endOf(words)];
    if (space > this.#at) this.#at = space;
    else if (character === '"' || character === "'") this.#pass(this.#textEnd(character));
    else if (word === this.#at) this.#sign(character);
    else if (character >= '0' && character <= '9') this.#pass(word);
    else this.#name(word);
  }

  /** Where what matches here ends; here, where nothing does. */
  #endOf(pattern: RegExp): number {
    pattern.lastIndex = this.#at;
    return pattern.test(this.#source) ? pattern.lastIndex : this.#at;
  }

  /** Past the closing quote, which may be three. */
  #textEnd(quote: string): number {
    const isTriple = this.#source.startsWith(quote.repeat(3), this.#at);
    const end = isTriple ? quote.repeat(3) : quote;
    let at = this.#at + end.length;
    while (at < this.#source.length && !this.#source.startsWith(end, at)) {
      at += this.#source.charAt(at) === '\\' ? 2 : 1;
    }
    return at + end.length;
  }

  #pass(end: number): void {
    this.#at = end;
    this.#afterName = false;
    this.#comma = -1;
    this.#expectsField = false;
  }

  #name(end: number): void {
    const start = this.#at;
    const name = this.#source.slice(start, end);
    const fields = this.#open.at(-1)?.fields;
    const colon = fields && this.#expectsField ? this.#colonAfter(end) : undefined;
    if (fields && colon !== undefined) {
      fields.push({ name, at: colon, isOptional: this.#isOptional });
      this.#characters.fill('_', start, end);
      this.#characters[colon] = ',';
      this.#pass(colon + 1);
      return;
    }
    this.#pass(end);
    this.#afterName = !noNames.has(name);
  }

  #colonAfter(end: number): number | undefined {
    let at = end;
    while (this.#source.charAt(at).trim() === '' && at < this.#source.length) at += 1;
    return this.#source.charAt(at) === ':' ? at : undefined;
  }

  #sign(character: string): void {
    const at = this.#at;
    const opened = this.#open.at(-1);
    if (character === '?' && opened?.fields && this.#expectsField) {
      this.#characters[at] = '!';
      this.#at += 1;
      this.#isOptional = true;
      return;
    }
    const [isAfterName, comma] = [this.#afterName, this.#comma];
    this.#pass(at + 1);
    this.#isOptional = false;
    const closedBy = closing[character];
    if (closedBy) this.#opens(character, closedBy, at, isAfterName);
    else if (character === ',') {
      this.#comma = at;
      this.#expectsField = opened?.fields !== undefined;
    } else if (opened?.fields && (character === '}' || character === ')')) this.#closes(character, at, comma);
    else if (character === opened?.closedBy) this.#open.pop();
  }

  #opens(character: string, closedBy: string, at: number, isAfterName: boolean): void {
    if (character !== '{' || !isAfterName) {
      this.#open.push({ closedBy, fields: undefined });
      return;
    }
    const fields: FieldText[] = [];
    this.#constructions.set(at, fields);
    this.#open.push({ closedBy, fields });
    this.#characters[at] = '(';
    this.#expectsField = true;
  }

  /** The other bracket closes no construction: it must not look as if it closed the call. */
  #closes(character: string, at: number, comma: number): void {
    this.#open.pop();
    this.#characters[at] = character === '}' ? ')' : '}';
    if (comma >= 0 && character === '}') this.#characters[comma] = ' ';
  }
}

/** In linear time. What has no construction comes back as it is. */
export const withoutConstructions = (source: string): Rewritten =>
  mayConstruct.test(source) ? new Rewriter(source).rewritten() : { text: source, constructions: new Map() };
