import { describe, expect, it } from 'vitest';
import { applyJsonPatch } from '../../../../../agent/api/patch/json-patch.ts';

const document = { a: { b: [1, 2, 3] }, 'x/y': { 'm~n': 0 } };

describe('a JSON patch', () => {
  it.each([
    [{ op: 'add', path: '/a/c', value: 5 }, { a: { b: [1, 2, 3], c: 5 } }],
    [{ op: 'add', path: '/a/b/1', value: 9 }, { a: { b: [1, 9, 2, 3] } }],
    [{ op: 'add', path: '/a/b/-', value: 9 }, { a: { b: [1, 2, 3, 9] } }],
    [{ op: 'remove', path: '/a/b/0' }, { a: { b: [2, 3] } }],
    [{ op: 'remove', path: '/a/b' }, { a: {} }],
    [{ op: 'replace', path: '/a/b/2', value: { c: 1 } }, { a: { b: [1, 2, { c: 1 }] } }],
    [{ op: 'copy', from: '/a/b', path: '/a/c' }, { a: { b: [1, 2, 3], c: [1, 2, 3] } }],
    [{ op: 'move', from: '/a/b', path: '/a/c' }, { a: { c: [1, 2, 3] } }],
    [{ op: 'replace', path: '/x~1y/m~0n', value: 1 }, { 'x/y': { 'm~n': 1 } }],
    [{ op: 'test', path: '/a/b', value: [1, 2, 3] }, {}],
    [{ op: 'test', path: '/none', value: null }, {}],
  ])('%j', (operation, expected) => {
    const before = structuredClone(document);
    expect(applyJsonPatch(document, [operation])).toEqual({ ...document, ...expected });
    expect(document).toEqual(before);
  });

  it.each([
    [{ op: 'test', path: '/a/b/0', value: 2 }, 'testing value /a/b/0 failed: test failed'],
    [{ op: 'remove', path: '/a/z/y' }, 'remove operation does not apply: doc is missing path: "/a/z/y": missing value'],
    [
      { op: 'replace', path: '/z', value: 1 },
      'replace operation does not apply: doc is missing key: /z: missing value',
    ],
    [{ op: 'add', path: '/z/y', value: 1 }, 'add operation does not apply: doc is missing path: "/z/y": missing value'],
    [
      { op: 'add', path: '/a/b/7', value: 1 },
      "error in add for path: '/a/b/7': Unable to access invalid index: 7: invalid index referenced",
    ],
    [
      { op: 'copy', from: '/z', path: '/y' },
      'copy operation does not apply: doc is missing from path: /z: missing value',
    ],
    [{ op: 'shuffle', path: '/a' }, 'Unexpected kind: shuffle'],
  ])('%j does not apply', (operation, message) => {
    expect(() => applyJsonPatch(document, [operation])).toThrow(
      expect.objectContaining({
        code: 422,
        message: 'the server rejected our request due to an error in our request',
        details: { causes: [{ field: 'patch', message: expect.stringContaining(message) }] },
      }),
    );
  });

  it('must be a list', () => {
    expect(() => applyJsonPatch(document, {})).toThrow(
      'error decoding patch: json: cannot unmarshal object into Go value of type jsonpatch.Patch',
    );
  });
});

describe('what a JSON patch may ask for', () => {
  const doubled = Array.from({ length: 24 }, (_, index) => ({ op: 'copy', from: '', path: `/copy${index}` }));

  it('is copies of 3 MiB all together', () => {
    expect(() => applyJsonPatch({ data: 'x'.repeat(1000) }, doubled)).toThrow(
      expect.objectContaining({
        code: 422,
        details: {
          causes: [
            {
              field: 'patch',
              message: expect.stringMatching(
                /^Unable to complete the copy, the accumulated size increase of copy is \d+, exceeding the limit 3145728$/,
              ),
            },
          ],
        },
      }),
    );
    const fits = Array.from({ length: 3 }, (_, index) => ({ op: 'copy', from: '/a', path: `/b${index}` }));
    expect(Object.keys(applyJsonPatch({ a: 'ü'.repeat(500_000) }, fits) as object)).toEqual(['a', 'b0', 'b1', 'b2']);
    expect(() => applyJsonPatch({ a: 'ü'.repeat(600_000) }, fits)).toThrow();
  });

  it('is 10,000 operations', () => {
    const operations = Array.from({ length: 10_001 }, () => ({ op: 'test', path: '/a', value: 1 }));
    expect(applyJsonPatch({ a: 1 }, operations.slice(1))).toEqual({ a: 1 });
    expect(() => applyJsonPatch({ a: 1 }, operations)).toThrow(
      expect.objectContaining({
        code: 413,
        message: 'The allowed maximum operations in a JSON patch is 10000, got 10001',
      }),
    );
  });

  it.each([
    ['insertions at the head of a long list', { op: 'add', path: '/list/0', value: 1 }],
    ['comparisons with a long list', { op: 'test', path: '/list', value: Array.from({ length: 100_000 }, () => 0) }],
    ['comparisons with a large map', { op: 'test', path: '/map', value: {} }],
    ['copies of a large map', { op: 'copy', from: '/map', path: '/copy' }],
  ])('is no more than a bounded number of moves and looks: %s', (_what, operation) => {
    const list = Array.from({ length: 100_000 }, () => 0);
    const map = Object.fromEntries(list.map((_, index) => [`key${index}`, 0]));
    const test = operation.path === '/map' ? { ...operation, value: { ...map, key0: 0 } } : operation;
    const operations = Array.from({ length: 10_000 }, () => test);
    expect(() => applyJsonPatch({ list, map }, operations)).toThrow(
      expect.objectContaining({ code: 413, message: 'The JSON patch moves, copies or compares too many elements' }),
    );
  });

  it('is no outcome that is nested deeper than a body may be', () => {
    const deeper = Array.from({ length: 3000 }, (_, index) => [
      { op: 'move', from: '/a', path: `/b${index}` },
      { op: 'add', path: '/a', value: {} },
      { op: 'move', from: `/b${index}`, path: '/a/a' },
    ]).flat();
    expect(() => applyJsonPatch({ a: {} }, deeper)).toThrow(
      expect.objectContaining({ code: 422, details: { causes: [expect.objectContaining({ field: 'patch' })] } }),
    );
  });

  it.each(['__proto__', 'constructor', 'prototype', 'toString'])('treats %s as a key like any other', (key) => {
    const value = { polluted: true };
    const added = applyJsonPatch({}, [{ op: 'add', path: `/${key}`, value }]) as Record<string, unknown>;
    expect([Object.keys(added), Object.getPrototypeOf(added)]).toEqual([[key], Object.prototype]);
    expect(() => applyJsonPatch({}, [{ op: 'add', path: `/${key}/polluted`, value }])).toThrow();
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  it.each([{}, null, 'add', { op: 1, path: '/a' }, { op: 'copy' }, { op: 'add', path: { a: 1 } }])(
    'is told to be wrong, not crashed by %j',
    (operation) => {
      expect(() => applyJsonPatch({ a: 1 }, [operation, { op: 'test', path: '/a', value: 2 }])).toThrow(
        expect.objectContaining({ code: 422 }),
      );
    },
  );
});
