import { describe, expect, it } from 'vitest';
import {
  formatLabelSelector,
  matchesLabels,
  parseLabelSelector,
  selectorText,
  selects,
  selectsByMap,
} from '../../../../agent/api/selectors.ts';

const labels = { app: 'web', tier: 'front', size: '5', empty: '' };

describe('a label selector in text', () => {
  it.each([
    ['', true],
    ['app=web', true],
    ['app==web', true],
    ['app = web , tier=front', true],
    ['app!=web', false],
    ['absent!=x', true],
    ['app in (web, db)', true],
    ['app in (db)', false],
    ['app notin (db)', true],
    ['absent notin (x)', true],
    ['app', true],
    ['absent', false],
    ['!absent', true],
    ['!app', false],
    ['size>4', true],
    ['size<4', false],
    ['app>4', false],
    ['empty=', true],
    ['app=', false],
    ['in in (in)', false],
  ])('%j matches: %s', (text, expected) => {
    expect(matchesLabels(parseLabelSelector(text), labels)).toBe(expected);
  });

  it.each([
    ['app in db', "unable to parse requirement: found 'db' expected: '('"],
    ['app in (db', "unable to parse requirement: found '', expected: ',' or ')'"],
    ['app=web,', "unable to parse requirement: found '', expected: identifier after ','"],
    ['=web', "unable to parse requirement: found '=', expected: !, identifier, or 'end of string'"],
    ['app web', "unable to parse requirement: found 'web', expected: in, notin, =, ==, !=, gt, lt"],
    [
      'size>big',
      "unable to parse requirement: for 'Gt', 'Lt' operators, the value must be an integer: Invalid value: \"big\"",
    ],
    [
      'size>9223372036854775808',
      "unable to parse requirement: for 'Gt', 'Lt' operators, the value must be an integer: Invalid value: \"9223372036854775808\"",
    ],
  ])('%j is refused', (text, message) => {
    expect(() => parseLabelSelector(text)).toThrow(expect.objectContaining({ code: 400, message }));
  });

  it('refuses keys and values that no label can have', () => {
    expect(() => parseLabelSelector('-app=web')).toThrow(/name part must consist of alphanumeric characters/);
    expect(() => parseLabelSelector('app=-web')).toThrow(/a valid label must be an empty string or consist of/);
  });
});

describe('a LabelSelector', () => {
  it('selects by labels and by expressions together', () => {
    const selector = { matchLabels: { app: 'web' }, matchExpressions: [{ key: 'tier', operator: 'Exists' }] };
    expect(selects(selector, labels)).toBe(true);
    expect(selects(selector, { app: 'web' })).toBe(false);
  });

  it('selects everything when empty and nothing when absent', () => {
    expect(selects({}, labels)).toBe(true);
    expect(selects(undefined, labels)).toBe(false);
  });

  it('is written sorted by key, expressions as sets', () => {
    const selector = {
      matchLabels: { b: '2', a: '1' },
      matchExpressions: [
        { key: 'd', operator: 'In', values: ['y', 'x'] },
        { key: 'c', operator: 'NotIn', values: ['z'] },
        { key: 'f', operator: 'DoesNotExist' },
        { key: 'e', operator: 'Exists' },
      ],
    };
    expect(selectorText(selector)).toBe('a=1,b=2,c notin (z),d in (x,y),e,!f');
    expect(formatLabelSelector({})).toBe('<none>');
  });
});

it('an empty map of a service selects nothing', () => {
  expect(selectsByMap({}, labels)).toBe(false);
  expect(selectsByMap({ app: 'web' }, labels)).toBe(true);
  expect(selectsByMap({ app: 'db' }, labels)).toBe(false);
});
