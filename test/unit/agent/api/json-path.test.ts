import { describe, expect, it } from 'vitest';
import { BadJsonPath, parseJsonPath } from '../../../../agent/api/json-path.ts';

const object = {
  spec: { replicas: 3, list: ['a', 'b', 'c'], empty: null },
  metadata: { annotations: { 'example.com/a': 'x' } },
  status: {
    conditions: [
      { type: 'Ready', status: 'True', count: 1 },
      { type: 'Synced', status: 'False', count: 5 },
    ],
  },
};

describe('a path finds', () => {
  const cases: [path: string, found: unknown[]][] = [
    ['.spec.replicas', [3]],
    ['$.spec.replicas', [3]],
    ["['spec']['replicas']", [3]],
    ['.spec.none', []],
    ['.spec.empty', [null]],
    ['.spec.constructor', []],
    ['.spec.list[0]', ['a']],
    ['.spec.list[-1]', ['c']],
    ['.spec.list[0:2]', ['a', 'b']],
    ['.spec.list[-2:]', ['b', 'c']],
    ['.spec.list[*]', ['a', 'b', 'c']],
    ['.metadata.annotations.example\\.com/a', ['x']],
    ["['metadata'].annotations['example.com/a']", ['x']],
    ['.status.conditions[?(@.type=="Ready")].status', ['True']],
    [".status.conditions[?(@.type!='Ready')].status", ['False']],
    ['.status.conditions[?(@.count>2)].type', ['Synced']],
    ['.status.conditions[?(@.reason)].type', []],
    ['.status.conditions[*].type', ['Ready', 'Synced']],
  ];
  it.each(cases)('%s', (path, found) => {
    expect(parseJsonPath(path)(object)).toEqual(found);
  });
});

it.each([
  '',
  'spec',
  '.spec[',
  '.spec[a]',
  '.spec..replicas',
  '.spec[?(@.a==)]',
  '.spec[?(@.a=="x]',
  `.${'a'.repeat(2000)}`,
])('%s is no path', (text) => {
  expect(() => parseJsonPath(text)).toThrow(BadJsonPath);
});
