/** Texts and bytes that clients send, each given to its parser alone. */
import { expect, it } from 'vitest';
import { ExpressionEnvironment } from '../../../../agent/api/cel/environment.ts';
import { estimateCost } from '../../../../agent/api/cel/estimate.ts';
import { fromJson } from '../../../../agent/api/cel/from-json.ts';
import { CompileError } from '../../../../agent/api/cel/issues.ts';
import { dyn } from '../../../../agent/api/cel/types.ts';
import { ApiError } from '../../../../agent/api/errors.ts';
import { parseFieldSelector } from '../../../../agent/api/field-selectors.ts';
import { objectLimits } from '../../../../agent/api/json/limits.ts';
import { parseJson, strictFaults } from '../../../../agent/api/json/parse.ts';
import { BadJsonPath, parseJsonPath } from '../../../../agent/api/json-path.ts';
import { compareQuantities, formatQuantity, tryParseQuantity } from '../../../../agent/api/quantity.ts';
import { compilePattern, patternProblem } from '../../../../agent/api/schema/structural/pattern.ts';
import { matchesLabels, parseLabelSelector } from '../../../../agent/api/selectors.ts';
import { fromYaml, toYaml } from '../../../../agent/apiserver/http/yaml.ts';
import { decodeProtobuf } from '../../../../agent/apiserver/protobuf/decode.ts';
import { protobufEncoder } from '../../../../agent/apiserver/protobuf/encode.ts';
import layout from '../../../../agent/apiserver/protobuf/messages.json' with { type: 'json' };
import type { Messages } from '../../../../agent/apiserver/protobuf/messages.ts';
import { amount, expression, path, pattern, perhapsMutated, selector } from './expressions.ts';
import { fuzz, timeLimit, unlessRefused } from './fuzz.ts';
import { mutatedBytes, mutatedText } from './mutate.ts';
import { samples } from './objects.ts';
import { anyValue, strangeTexts } from './values.ts';

const messages = layout as object as Messages;
const texts = samples.map(({ object }) => JSON.stringify(object));
const sampleText = (index: number): string => texts[index % texts.length] ?? '';

it('JSON is read as JavaScript reads it, or refused', { timeout: timeLimit }, () =>
  fuzz('JSON', 4000, (random) => {
    const plain = random.chance(0.5) ? sampleText(random.below(100)) : JSON.stringify(anyValue(random), bigAsNumber);
    const text = mutatedText(random, plain ?? '');
    const bytes = random.chance(0.2) ? mutatedBytes(random, Buffer.from(text)) : Buffer.from(text);
    const value = unlessRefused([SyntaxError, ApiError], () => parseJson(bytes));
    if (value === undefined) return;
    expect(Object.getPrototypeOf(value ?? {})).toBe(
      Object.getPrototypeOf(Array.isArray(value) ? [] : Object(value ?? {})),
    );
    strictFaults(value, []);
    // Beyond 64 bits an integer is printed as the nearest number, so that the texts are compared.
    const printed = JSON.stringify(value);
    expect(JSON.stringify(parseJson(Buffer.from(printed)))).toBe(printed);
  }),
);

/** What `JSON.stringify` does with bigints, which need no print here. */
function bigAsNumber(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}

it('YAML is read or refused, and what was written is read again', { timeout: timeLimit }, () =>
  fuzz('YAML', 400, (random) => {
    const text = mutatedText(
      random,
      random.chance(0.5) ? toYaml(JSON.parse(sampleText(random.below(100)))) : expression(random),
    );
    const content = unlessRefused([Error], () => fromYaml(text));
    if (content) unlessRefused([SyntaxError, ApiError], () => parseJson(content.json));
  }),
);

it('protobuf is read or refused', { timeout: timeLimit }, () =>
  fuzz('protobuf', 3000, (random) => {
    const whole = Buffer.concat([...(protobufEncoder.object(JSON.parse(sampleText(random.below(100)))) ?? [])]);
    const bytes = mutatedBytes(random, whole);
    let object: unknown;
    try {
      object = decodeProtobuf(messages, bytes, objectLimits());
    } catch (error) {
      expect(error).not.toBeInstanceOf(TypeError);
      return;
    }
    if (object) expect([...(protobufEncoder.object(object) ?? [])].length).toBeGreaterThanOrEqual(0);
  }),
);

it('amounts are read or refused, and their text says the same', { timeout: timeLimit }, () =>
  fuzz('amounts', 5000, (random) => {
    const text = perhapsMutated(random, random.chance(0.9) ? amount(random) : random.pick(strangeTexts));
    const quantity = tryParseQuantity(text);
    if (!quantity) return;
    const canonical = formatQuantity(quantity);
    const again = tryParseQuantity(canonical);
    const written = again && formatQuantity(again);
    // In powers of two 3000 has no suffix, and so is read as a decimal, whose text is 3k: as upstream.
    const isPlain = quantity.format === 'BinarySI' && /\d$/.test(canonical);
    if (isPlain) expect(written && compareQuantities(written, canonical)).toBe(0);
    else expect(written).toBe(canonical);
    // Powers of two have no fraction: they are rounded up.
    if (quantity.format !== 'BinarySI') expect(compareQuantities(text, canonical)).toBe(0);
  }),
);

it('selectors are read or refused', { timeout: timeLimit }, () =>
  fuzz('selectors', 5000, (random) => {
    const text = perhapsMutated(random, selector(random));
    const requirements = unlessRefused([ApiError], () => parseLabelSelector(text));
    if (requirements) expect(typeof matchesLabels(requirements, { a: 'b', text: '1' })).toBe('boolean');
    unlessRefused([ApiError], () => parseFieldSelector(text));
  }),
);

it('JSON paths are read or refused, and find something or nothing', { timeout: timeLimit }, () =>
  fuzz('JSON paths', 4000, (random) => {
    const text = perhapsMutated(random, random.chance(0.2) ? `{${path(random)}}` : path(random));
    const read = unlessRefused([BadJsonPath], () => parseJsonPath(text));
    if (read)
      expect(read(random.chance(0.5) ? anyValue(random) : JSON.parse(sampleText(random.below(100))))).toBeInstanceOf(
        Array,
      );
  }),
);

it('patterns are compiled or refused', { timeout: timeLimit }, () =>
  fuzz('patterns', 600, (random) => {
    const source = perhapsMutated(random, pattern(random));
    if (patternProblem(source) === undefined) compilePattern(source).matches('a'.repeat(200));
  }),
);

/** An expression stops for others at least this often for each thousand of what it costs and looks at. */
const mostSteps = 10_000;

it('expressions are compiled or refused, and come to a value or an error within bounds', { timeout: timeLimit }, () =>
  fuzz('expressions', 3000, (random) => {
    const source = perhapsMutated(random, expression(random));
    const environment = new ExpressionEnvironment({ self: dyn, object: dyn });
    const program = unlessRefused([CompileError], () => environment.compile(source));
    if (!program) return;
    expect(estimateCost(program.checked)).toBeGreaterThanOrEqual(0);
    const json = {
      list: [1, 2, 'a', null],
      map: { a: 1 },
      text: 'abc',
      number: 5,
      a: anyValue(random),
      metadata: { name: 'a' },
    };
    const run = program.run((name) => (name === 'self' || name === 'object' ? fromJson(json, dyn) : undefined));
    let steps = 0;
    let step = run.next();
    for (; !step.done && steps < mostSteps; steps += 1) step = run.next();
    expect(step.done).toBe(true);
    if (step.done && step.value.error === undefined) expect(step.value.cost).toBeLessThanOrEqual(1_000_000);
  }),
);
