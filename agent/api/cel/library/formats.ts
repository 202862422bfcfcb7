/** https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/cel/library/format.go */
import {
  checkDns1035Label,
  checkDns1123Label,
  checkDns1123Subdomain,
  checkLabelValue,
  checkQualifiedName,
} from '../../names.ts';
import { hasFormat } from '../../schema/structural/formats.ts';
import { define, method, type Overload, patternCost, traversal } from '../functions.ts';
import { listOf, opaque, optionalOf, string } from '../types.ts';
import { listFrom, none, OpaqueValue, Optional } from '../values.ts';

const format = opaque('kubernetes.NamedFormat');

type Check = (text: string) => readonly string[];

/** A generated name, of which what is behind the last dash is still to come. */
const asPrefix =
  (check: Check): Check =>
  (text) =>
    check(text.endsWith('-') ? `${text.slice(0, -1)}a` : text);

const ofSchema =
  (name: string, problem: string): Check =>
  (text) =>
    hasFormat(text, name) ? [] : [problem];

/** What is wrong with a text, and how long a pattern would be that says it. */
const checks: Readonly<Record<string, readonly [Check, number]>> = {
  dns1123Label: [checkDns1123Label, 30],
  dns1123Subdomain: [checkDns1123Subdomain, 60],
  dns1035Label: [checkDns1035Label, 30],
  qualifiedName: [checkQualifiedName, 60],
  dns1123LabelPrefix: [asPrefix(checkDns1123Label), 30],
  dns1123SubdomainPrefix: [asPrefix(checkDns1123Subdomain), 60],
  dns1035LabelPrefix: [asPrefix(checkDns1035Label), 30],
  labelValue: [checkLabelValue, 40],
  uri: [(text) => (hasFormat(text, 'uri') ? [] : [`parse ${JSON.stringify(text)}: invalid URI for request`]), 1000],
  uuid: [ofSchema('uuid', 'does not match the UUID format'), 100],
  byte: [ofSchema('byte', 'invalid base64'), 100],
  date: [ofSchema('date', 'invalid date'), 100],
  datetime: [ofSchema('datetime', 'invalid datetime'), 100],
};

class FormatValue extends OpaqueValue {
  readonly typeName = format.name;
  readonly name: string;

  constructor(name: string) {
    super();
    this.name = name;
  }

  equals(other: OpaqueValue): boolean {
    return other instanceof FormatValue && other.name === this.name;
  }
}

function validated({ name }: FormatValue, text: string): Optional {
  const problems = checks[name]?.[0](text) ?? [];
  return problems.length === 0 ? none : new Optional(listFrom(problems));
}

const longestPattern = 128;

export const formats: readonly Overload[] = [
  ...Object.keys(checks).map((name) => define<[]>(`format.${name}`, [], format, () => new FormatValue(name))),
  define<[string]>('format.named', [string], optionalOf(format), (name) =>
    Object.hasOwn(checks, name) ? new Optional(new FormatValue(name)) : none,
  ),
  method<[FormatValue, string]>('validate', [format, string], optionalOf(listOf(string)), validated, {
    run: ([value, text]) =>
      patternCost(String(text).length, (value instanceof FormatValue && checks[value.name]?.[1]) || 0),
    estimate: ([, text = 0]) => traversal(text) * longestPattern * 0.25,
  }),
];
