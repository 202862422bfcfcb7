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
