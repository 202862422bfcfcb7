/**
 * Label selectors: parsing, matching, formatting.
 * https://github.com/kubernetes/apimachinery/blob/release-1.36/pkg/labels/selector.go
 */
import { ApiError, messageOf } from './errors.ts';
import { parseInt64 } from './int64.ts';
import { checkLabelKey, checkLabelValue } from './names.ts';
import type { meta } from './types.ts';

export type Operator = 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt';

export interface Requirement {
  key: string;
  operator: Operator;
  values: readonly string[];
}

export type Labels = Readonly<Record<string, string>> | undefined;

type Token = { kind: 'word' | 'symbol' | 'end'; text: string };

const symbols = ['==', '!=', '=', '!', '(', ')', ',', '>', '<'];

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const rest = text.slice(at);
    const space = /^\s+/.exec(rest);
    if (space) {
      at += space[0].length;
      continue;
    }
    const symbol = symbols.find((each) => rest.startsWith(each));
    const word = symbol ?? /^[^\s=!(),<>]+/.exec(rest)?.[0] ?? '';
    tokens.push({ kind: symbol ? 'symbol' : 'word', text: word });
    at += word.length;
  }
  tokens.push({ kind: 'end', text: '' });
  return tokens;
}

class Parser {
  readonly #tokens: Token[];
  #at = 0;

  constructor(text: string) {
    this.#tokens = tokenize(text);
  }

  get #next(): Token {
    return this.#tokens[this.#at] ?? { kind: 'end', text: '' };
  }

  #take(): Token {
    const token = this.#next;
    this.#at += 1;
    return token;
  }

  #is(text: string): boolean {
    return this.#next.kind === 'symbol' && this.#next.text === text;
  }

  parse(): Requirement[] {
    const requirements: Requirement[] = [];
    if (this.#next.kind === 'end') return requirements;
    for (;;) {
      if (this.#next.kind !== 'word' && !this.#is('!'))
        throw new Error(`found '${this.#next.text}', expected: !, identifier, or 'end of string'`);
      requirements.push(this.#requirement());
      const token = this.#take();
      if (token.kind === 'end') return requirements;
      if (token.text !== ',') throw new Error(`found '${token.text}', expected: ',' or 'end of string'`);
      if (this.#next.kind !== 'word' && !this.#is('!'))
        throw new Error(`found '${this.#next.text}', expected: identifier after ','`);
    }
  }

  #requirement(): Requirement {
    const negated = this.#is('!');
    if (negated) this.#take();
    const token = this.#take();
    if (token.kind !== 'word') throw new Error(`found '${token.text}', expected: identifier`);
    const key = checked(token.text, checkLabelKey);
    if (negated) return { key, operator: 'DoesNotExist', values: [] };
    if (this.#next.kind === 'end' || this.#is(',')) return { key, operator: 'Exists', values: [] };
    return this.#comparison(key);
  }

  #comparison(key: string): Requirement {
    const { text } = this.#take();
    if (text === 'in' || text === 'notin') {
      const values = this.#set().map((value) => checked(value, checkLabelValue));
      return { key, operator: text === 'in' ? 'In' : 'NotIn', values };
    }
    if (text === '=' || text === '==') return { key, operator: 'In', values: [this.#value()] };
    if (text === '!=') return { key, operator: 'NotIn', values: [this.#value()] };
    if (text !== '>' && text !== '<') {
      throw new Error(`found '${text}', expected: in, notin, =, ==, !=, gt, lt`);
    }
    const value = this.#value();
    if (parseInt64(value) === undefined) {
      throw new Error(`for 'Gt', 'Lt' operators, the value must be an integer: Invalid value: "${value}"`);
    }
    return { key, operator: text === '>' ? 'Gt' : 'Lt', values: [value] };
  }

  /** The value of a comparison; it may be empty. */
  #value(): string {
    if (this.#next.kind === 'end' || this.#is(',')) return '';
    const token = this.#take();
    if (token.kind !== 'word') throw new Error(`found '${token.text}', expected: identifier`);
    return checked(token.text, checkLabelValue);
  }

  #set(): string[] {
    const open = this.#take();
    if (open.text !== '(') throw new Error(`found '${open.text}' expected: '('`);
    const values: string[] = [];
    let current = '';
    for (;;) {
      const token = this.#take();
      if (token.kind === 'end') throw new Error(`found '', expected: ',' or ')'`);
      if (token.kind === 'word') current = token.text;
      else if (token.text === ',' || token.text === ')') {
        values.push(current);
        current = '';
        if (token.text === ')') return [...new Set(values)].sort();
      } else throw new Error(`found '${token.text}', expected: ',', or ')'`);
    }
  }
}

function checked(text: string, check: (text: string) => string[]): string {
  const [problem] = check(text);
  if (problem) throw new Error(`Invalid value: ${JSON.stringify(text)}: ${problem}`);
  return text;
}

/** The text of `kubectl -l`. Throws `ApiError` 400 where it does not parse. */
export function parseLabelSelector(text: string | undefined): Requirement[] {
  if (!text) return [];
  try {
    return new Parser(text).parse();
  } catch (error) {
    const detail = messageOf(error);
    throw new ApiError(400, 'BadRequest', `unable to parse requirement: ${detail}`);
  }
}

function matches({ key, operator, values }: Requirement, labels: NonNullable<Labels>): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    default: {
      const [actual, wanted] = [parseInt64(value), parseInt64(values[0])];
      if (actual === undefined || wanted === undefined) return false;
      return operator === 'Gt' ? actual > wanted : actual < wanted;
    }
  }
}

/** No requirements match everything. */
export const matchesLabels = (requirements: readonly Requirement[], labels: Labels): boolean =>
  requirements.every((requirement) => matches(requirement, labels ?? {}));

/**
 * The requirements of a `LabelSelector` object; a null selector (undefined here) matches nothing and yields undefined.
 */
function selectorRequirements(selector: meta.LabelSelector | undefined): Requirement[] | undefined {
  if (!selector) return undefined;
  const equal = Object.entries(selector.matchLabels ?? {}).map(
    ([key, value]): Requirement => ({ key, operator: 'In', values: [value] }),
  );
  const sets = (selector.matchExpressions ?? []).map(
    ({ key, operator, values }): Requirement => ({ key, operator: operator as Operator, values: values ?? [] }),
  );
  return [...equal, ...sets];
}

/** An empty selector matches everything, an absent one nothing. */
export function selects(selector: meta.LabelSelector | undefined, labels: Labels): boolean {
  const requirements = selectorRequirements(selector);
  return requirements !== undefined && matchesLabels(requirements, labels);
}

/** The plain map of Services and ReplicationControllers; an empty or absent one selects nothing. */
export function selectsByMap(map: Labels, labels: Labels): boolean {
  const entries = Object.entries(map ?? {});
  return entries.length > 0 && entries.every(([key, value]) => labels?.[key] === value);
}

/** Values of an expression are a set even where there is only one, as upstream prints them. */
function formatRequirement({ key, operator, values = [] }: meta.LabelSelectorRequirement): string {
  const set = `(${[...values].sort().join(',')})`;
  if (operator === 'Exists') return key;
  if (operator === 'DoesNotExist') return `!${key}`;
  return operator === 'In' ? `${key} in ${set}` : `${key} notin ${set}`;
}

/** The text that `-l` and `status.selector` of a Scale carry, sorted by key. */
export function selectorText(selector: meta.LabelSelector | undefined): string {
  const equal = Object.entries(selector?.matchLabels ?? {}).map(([key, value]) => ({ key, text: `${key}=${value}` }));
  const sets = (selector?.matchExpressions ?? []).map((each) => ({ key: each.key, text: formatRequirement(each) }));
  return [...equal, ...sets]
    .sort((left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : 0))
    .map(({ text }) => text)
    .join(',');
}

/** metav1.FormatLabelSelector: `<none>` where it selects nothing or everything. */
export const formatLabelSelector = (selector: meta.LabelSelector | undefined): string =>
  selectorText(selector) || '<none>';
