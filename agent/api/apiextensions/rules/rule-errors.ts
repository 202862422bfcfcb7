/**
 * What is wrong with the rules of a definition: they must compile, and may not cost more than anybody should wait for.
 * https://github.com/kubernetes/apiextensions-apiserver/blob/release-1.36/pkg/apis/apiextensions/validation/validation.go
 */
import { estimateCost } from '../../cel/estimate.ts';
import { mostTimes, type SchemaType, schemaType } from '../../cel/schema-type.ts';
import { forbidden, invalid, notSupported, required } from '../../field-errors.ts';
import type { FieldError } from '../../kind.ts';
import type { Schema, ValidationRule } from '../../schema/schema.ts';
import { type CompiledRule, compileRules } from './compiled-rule.ts';
import { normalFieldPath } from './field-path.ts';

const [mostOfRule, mostOfAll] = [10_000_000, 100_000_000];

/** Upstream marshals its internal type, which has Go's names. */
const shownRule = ({ rule, message, messageExpression, reason, fieldPath, optionalOldSelf }: ValidationRule) => ({
  Rule: rule,
  Message: message ?? '',
  MessageExpression: messageExpression ?? '',
  Reason: reason ?? null,
  FieldPath: fieldPath ?? '',
  OptionalOldSelf: optionalOldSelf ?? null,
});

const reasons = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];
const hasBreaks = (text: string): boolean => /[\n\r]/.test(text);

function wordingErrors({ rule, message = '' }: ValidationRule, at: string): FieldError[] {
  const trimmed = message.trim();
  if (rule.trim() === '') return [required(`${at}.rule`, 'rule is not specified')];
  if (message && !trimmed) return [invalid(`${at}.message`, message, 'must be non-empty if specified')];
  if (hasBreaks(trimmed)) return [invalid(`${at}.message`, message, 'must not contain line breaks')];
  return hasBreaks(rule.trim()) && !trimmed
    ? [required(`${at}.message`, 'message must be specified if rule contains line breaks')]
    : [];
}

function formErrors(rule: ValidationRule, schema: Schema, at: string): FieldError[] {
  const { messageExpression: expression = '', reason, fieldPath = '' } = rule;
  const where = `${at}.fieldPath`;
  return [
    ...wordingErrors(rule, at),
    ...(expression && !expression.trim()
      ? [required(`${at}.messageExpression`, 'messageExpression must be non-empty if specified')]
      : []),
    ...(reason !== undefined && !reasons.includes(reason) ? [notSupported(`${at}.reason`, reason, reasons)] : []),
    ...(fieldPath && !fieldPath.trim() ? [invalid(where, fieldPath, 'must be non-empty if specified')] : []),
    ...(hasBreaks(fieldPath) ? [invalid(where, fieldPath, 'must not contain line breaks')] : []),
    ...(fieldPath && normalFieldPath(fieldPath, schema) === undefined
      ? [invalid(where, fieldPath, 'must be a valid path')]
      : []),
  ];
}

function costMessage(what: string, cost: number, most: number): string {
  const factor = cost / most;
  const shown = factor > 100 ? 'more than 100x' : factor < 1.5 ? `${factor.toFixed(6)}x` : `${factor.toFixed(1)}x`;
  return `${what} exceeds budget by factor of ${shown} (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)`;
}

/** How often a value of a schema may be there; undefined: as often as fits into a request. */
function timesOfParts({ type, additionalProperties, maxProperties, maxItems }: Schema): number | undefined {
  if (type === 'array') return maxItems === undefined ? undefined : Math.max(0, maxItems);
  if (type !== 'object' || !additionalProperties) return 1;
  return maxProperties === undefined ? undefined : Math.max(0, maxProperties);
}

const product = (left: number | undefined, right: number | undefined): number | undefined =>
  left === undefined || right === undefined ? undefined : left * right;

interface Place {
  readonly path: string;
  readonly type: SchemaType | undefined;
  readonly times: number | undefined;
  /** The nearest part of the schema above whose items are known by no key: there oldSelf says nothing. */
  readonly uncorrelated: string | undefined;
}

class RuleChecker {
  readonly #formErrors: FieldError[] = [];
  readonly #compileErrors: FieldError[] = [];
  readonly #expensive: { path: string; cost: number }[] = [];
  #total = 0;

  /** Errors of rules and their costs; what is wrong with their form goes first, and then nothing is compiled. */
  errors(path: string): FieldError[] {
    if (this.#total > mostOfAll) {
      const worst = this.#expensive.sort((left, right) => right.cost - left.cost).slice(0, 4);
      const part = 'contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema';
      this.#compileErrors.push(...worst.map((each) => forbidden(each.path, part)));
      const whole = 'x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema';
      this.#compileErrors.push(forbidden(path, costMessage(whole, this.#total, mostOfAll)));
    }
    return [...this.#formErrors, ...this.#compileErrors];
  }

  visit(schema: Schema, place: Place): void {
    this.#children(schema, place);
    const rules = schema['x-kubernetes-validations'] ?? [];
    const at = (index: number): string => `${place.path}.x-kubernetes-validations[${index}]`;
    for (const [index, rule] of rules.entries()) this.#formErrors.push(...formErrors(rule, schema, at(index)));
    if (rules.length === 0 || this.#formErrors.length > 0 || !place.type) return;
    const type = place.type;
    for (const [index, rule] of compileRules(schema, type.type).entries()) this.#rule(rule, at(index), type, place);
  }

  #children(schema: Schema, { path, type, times, uncorrelated }: Place): void {
    const inside = product(times, timesOfParts(schema));
    const { properties = {}, items, additionalProperties: values } = schema;
    for (const [name, property] of Object.entries(properties)) {
      const known = type ? type.fields?.get(name) : undefined;
      const own = known ?? schemaType(property, property['x-kubernetes-embedded-resource'] ?? false);
      this.visit(property, { path: `${path}.properties[${name}]`, type: own, times: inside, uncorrelated });
    }
    const lost = schema['x-kubernetes-list-type'] === 'map' ? uncorrelated : (uncorrelated ?? path);
    if (items) this.visit(items, { path: `${path}.items`, type: type?.item, times: inside, uncorrelated: lost });
    if (values) {
      this.visit(values, { path: `${path}.additionalProperties`, type: type?.item, times: inside, uncorrelated });
    }
  }

  #observe(path: string, cost: number): void {
    this.#total += cost;
    if (cost >= mostOfAll / 100) this.#expensive.push({ path, cost });
  }

  #rule({ rule, test, message, usesOld }: CompiledRule, at: string, type: SchemaType, place: Place): void {
    if (!test) return;
    if (test.problem !== undefined) {
      this.#compileErrors.push(invalid(`${at}.rule`, shownRule(rule), test.problem));
    } else {
      const times = place.times ?? mostTimes(type.leastBytes);
      this.#cost(`${at}.rule`, 'estimated rule cost', estimateCost(test.program.checked) * times);
    }
    if (message?.problem !== undefined) {
      this.#compileErrors.push(invalid(`${at}.messageExpression`, shownRule(rule), message.problem));
    } else if (message) {
      const cost = estimateCost(message.program.checked);
      this.#cost(`${at}.messageExpression`, 'estimated messageExpression cost', cost);
    }
    if (usesOld && place.uncorrelated !== undefined) {
      const detail = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${place.uncorrelated}`;
      this.#compileErrors.push(invalid(`${at}.rule`, rule.rule, detail));
    } else if (!usesOld && rule.optionalOldSelf !== undefined) {
      const detail = 'may not be set if oldSelf is not used in rule';
      this.#compileErrors.push(invalid(`${at}.optionalOldSelf`, rule.optionalOldSelf, detail));
    }
  }

  #cost(path: string, what: string, cost: number): void {
    if (cost > mostOfRule) this.#compileErrors.push(forbidden(path, costMessage(what, cost, mostOfRule)));
    this.#observe(path, cost);
  }
}

/** `path`: of the schema. */
export function ruleErrors(schema: Schema, path: string): FieldError[] {
  const checker = new RuleChecker();
  checker.visit(schema, { path, type: schemaType(schema, true), times: 1, uncorrelated: undefined });
  return checker.errors(path);
}
