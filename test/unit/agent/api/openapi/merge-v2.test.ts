import { describe, expect, it } from 'vitest';
import { mergeV2, partBelow } from '../../../../../agent/api/openapi/merge-v2.ts';

const to = (name: string) => ({ $ref: `#/definitions/${name}` });
const document = {
  paths: { '/apis/a/v1/x': { get: to('Meta') } },
  definitions: { Meta: { type: 'object' }, Other: { type: 'string' } },
};

describe('the part of a document', () => {
  it('has the paths below a root, and what they need by whatever way', () => {
    const whole = {
      paths: { '/apis/b/v1/y': { get: to('List') }, '/version': { get: to('Version') } },
      definitions: {
        List: { items: [to('Item')] },
        Item: { next: to('Item'), metadata: to('Meta') },
        Meta: {},
        Version: {},
        Unused: to('List'),
      },
    };
    const { paths, definitions } = partBelow(whole, '/apis/b/v1/');
    expect([Object.keys(paths), Object.keys(definitions)]).toEqual([['/apis/b/v1/y'], ['List', 'Item', 'Meta']]);
  });

  it.each([[null], [[]], ['text'], [{ paths: 1, definitions: [] }]])('of %j is empty', (whole) => {
    expect(partBelow(whole, '/')).toEqual({ paths: {}, definitions: {} });
  });

  it('is found through as many definitions as there are', () => {
    const names = Array.from({ length: 20_000 }, (_, index) => `D${index}`);
    const definitions = Object.fromEntries(names.map((name, index) => [name, to(names[index + 1] ?? name)]));
    expect(Object.keys(partBelow({ paths: { '/a': to('D0') }, definitions }, '/').definitions)).toHaveLength(20_000);
  });
});

describe('merging', () => {
  it('shares what is the same and renames what is not', () => {
    const part = {
      paths: { '/apis/b/v1/y': { get: to('List') } },
      definitions: {
        List: { metadata: to('Meta'), other: to('Other') },
        Meta: { type: 'array' },
        Other: { type: 'string' },
      },
    };
    const merged = mergeV2(document, part);
    expect(merged).toEqual({
      paths: { ...document.paths, '/apis/b/v1/y': { get: to('List') } },
      definitions: {
        ...document.definitions,
        List: { metadata: to('Meta_v2'), other: to('Other') },
        Meta_v2: { type: 'array' },
      },
    });
    const third = mergeV2(merged, { paths: {}, definitions: { Meta: { type: 'number' } } });
    expect(third.definitions).toMatchObject({ Meta_v3: { type: 'number' } });
  });

  it('never replaces a path', () => {
    const merged = mergeV2(document, { paths: { '/apis/a/v1/x': {} }, definitions: {} });
    expect(merged).toEqual(document);
  });
});
