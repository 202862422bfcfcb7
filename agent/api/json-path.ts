/**
 * The JSON paths of printer columns, selectable fields and the scale subresource: `.spec.replicas`,
 * `.status.conditions[?(@.type=="Ready")].status`, `.spec.list[0]`, `.metadata.annotations['example\.com/a']`.
 * Descent to any level (`..`) is not part of them. https://kubernetes.io/docs/reference/kubectl/jsonpath/
 */
import { isObject } from './json/value.ts';
import { own } from './own.ts';

type Test = { path: readonly Step[]; operator: string; value: unknown } | { path: readonly Step[] };

type Step =
  | { kind: 'field'; name: string }
  | { kind: 'slice'; from?: number; to?: number; by?: number }
  | { kind: 'all' }
  | { kind: 'filter'; test: Test };

/** Reads a value; the results are in the order of the object. */
export type JsonPath = (value: unknown) => unknown[];

/** Thrown where a text is no path that is understood. */
export class BadJsonPath extends Error {}

/** Longer texts are no path that anybody writes; what follows reads each character at most twice. */
const longest = 1024;

class Reader {
  at = 0;
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  get rest(): boolean {
    return this.at < this.text.length;
  }

  peek(token: string): boolean {
    return this.text.startsWith(token, this.at);
  }

  take(token: string): boolean {
    if (!this.peek(token)) return false;
    this.at += token.length;
    return true;
  }

  expect(token: string): void {
    if (!this.take(token)) throw new BadJsonPath(`${JSON.stringify(token)} is missing in ${this.text}`);
  }

  while(accepts: (character: string) => boolean): string {
    const from = this.at;
    while (this.rest && accepts(this.text[this.at] ?? '')) this.at += 1;
    return this.text.slice(from, this.at);
  }

  spaces(): void {
    this.while((character) => character === ' ');
  }
}

const ends = new Set('.[]()=!<>, ');

/** A name with escaped characters: `example\.com/a`. */
function nameOf(reader: Reader): string {
  let name = '';
  while (reader.rest) {
    if (reader.take('\\')) {
      name += reader.text[reader.at] ?? '';
      reader.at += 1;
      continue;
    }
    const part = reader.while((character) => character !== '\\' && !ends.has(character));
    if (part === '') break;
    name += part;
  }
  return name;
}

function quoted(reader: Reader, quote: string): string {
  let text = '';
  while (reader.rest && !reader.peek(quote)) {
    reader.take('\\');
    text += reader.text[reader.at] ?? '';
    reader.at += 1;
  }
  reader.expect(quote);
  return text;
}

function numberOf(text: string): number | undefined {
  if (text === '') return undefined;
  const number = Number(text);
  if (!Number.isInteger(number)) throw new BadJsonPath(`invalid array index ${text}`);
  return number;
}

function sliceOf(text: string): Step {
  const [from = '', to, by] = text.split(':');
  const start = numberOf(from);
  if (to === undefined) {
    if (start === undefined) throw new BadJsonPath(`invalid array index ${text}`);
    return { kind: 'slice', from: start, ...(start === -1 ? {} : { to: start + 1 }) };
  }
  const [end, step] = [numberOf(to), numberOf(by ?? '')];
  return {
    kind: 'slice',
    ...(start === undefined ? {} : { from: start }),
    ...(end === undefined ? {} : { to: end }),
    ...(step === undefined ? {} : { by: step }),
  };
}

const operators = ['==', '!=', '<=', '>=', '<', '>'];

function literal(reader: Reader): unknown {
  for (const quote of ['"', "'"]) if (reader.take(quote)) return quoted(reader, quote);
  const text = reader.while((character) => !ends.has(character) || character === '.');
  if (text === 'true' || text === 'false') return text === 'true';
  const number = Number(text);
  if (text === '' || Number.isNaN(number)) throw new BadJsonPath(`unrecognized value ${text}`);
  return number;
}

function filterOf(reader: Reader): Step {
  reader.spaces();
  reader.expect('@');
  const path = stepsOf(reader, (next) => next.peek(')') || next.peek(' ') || operators.some((each) => next.peek(each)));
  reader.spaces();
  const operator = operators.find((each) => reader.take(each));
  reader.spaces();
  const test: Test = operator ? { path, operator, value: literal(reader) } : { path };
  reader.spaces();
  reader.expect(')');
  return { kind: 'filter', test };
}

function bracketed(reader: Reader): Step {
  let step: Step;
  if (reader.take('?(')) step = filterOf(reader);
  else if (reader.take('*')) step = { kind: 'all' };
  else if (reader.take("'")) step = { kind: 'field', name: quoted(reader, "'") };
  else if (reader.take('"')) step = { kind: 'field', name: quoted(reader, '"') };
  else step = sliceOf(reader.while((character) => character !== ']'));
  reader.expect(']');
  return step;
}

function stepsOf(reader: Reader, isOver: (reader: Reader) => boolean): Step[] {
  const steps: Step[] = [];
  while (reader.rest && !isOver(reader)) {
    if (reader.take('[')) {
      steps.push(bracketed(reader));
      continue;
    }
    reader.take('.');
    if (reader.peek('[')) continue;
    if (reader.take('*')) steps.push({ kind: 'all' });
    else {
      const name = nameOf(reader);
      if (name === '') throw new BadJsonPath(`unrecognized character in ${reader.text}`);
      steps.push({ kind: 'field', name });
    }
  }
  return steps;
}

const childrenOf = (value: unknown): unknown[] =>
  Array.isArray(value) ? value : isObject(value) ? Object.values(value) : [];

function compared(left: unknown, operator: string, right: unknown): boolean {
  if (operator === '==') return left === right;
  if (operator === '!=') return left !== right;
  if (typeof left !== typeof right || (typeof left !== 'number' && typeof left !== 'string')) return false;
  const [a, b] = [left, right as typeof left];
  if (operator === '<') return a < b;
  if (operator === '<=') return a <= b;
  return operator === '>' ? a > b : a >= b;
}

function passes(item: unknown, test: Test): boolean {
  const [found] = walk([item], test.path);
  if (!('operator' in test)) return found !== undefined;
  return found !== undefined && compared(found, test.operator, test.value);
}

function sliced(list: unknown[], { from = 0, to = list.length, by = 1 }: Extract<Step, { kind: 'slice' }>): unknown[] {
  const place = (index: number) => (index < 0 ? list.length + index : index);
  const items = list.slice(Math.max(place(from), 0), Math.max(place(to), 0));
  return by > 1 ? items.filter((_item, index) => index % by === 0) : items;
}

function taken(value: unknown, step: Step): unknown[] {
  if (step.kind === 'all') return childrenOf(value);
  if (step.kind === 'field') {
    const found = isObject(value) ? own(value, step.name) : undefined;
    return found === undefined ? [] : [found];
  }
  if (!Array.isArray(value)) return [];
  return step.kind === 'slice' ? sliced(value, step) : value.filter((item) => passes(item, step.test));
}

const walk = (values: unknown[], steps: readonly Step[]): unknown[] =>
  steps.reduce((found, step) => found.flatMap((value) => taken(value, step)), values);

/** Throws `BadJsonPath`. A `null` is a value, what is not there is none. */
export function parseJsonPath(text: string): JsonPath {
  if (text.length > longest) throw new BadJsonPath(`a path has at most ${longest} characters`);
  const reader = new Reader(text.startsWith('$') ? text.slice(1) : text);
  if (!reader.peek('.') && !reader.peek('[')) throw new BadJsonPath(`a path begins with a dot: ${text}`);
  const steps = stepsOf(reader, () => false);
  return (value) => walk([value], steps);
}
