import { expect, it } from 'vitest';
import {
  isSplicedFrom,
  metadataStart,
  withoutRevision,
  withRevision,
} from '../../../../../agent/apiserver/state/splice.ts';

const splice = (text: string) => {
  const made = withRevision(Buffer.from(text), 7);
  if (!made) throw new Error('no place for the revision');
  return made;
};
const spliced = (text: string): string => splice(text).bytes.toString();

const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { metadata: '{"x":1}' } };

it.each<[string, string]>([
  ['as every release so far writes it', JSON.stringify(object)],
  ['with white space', JSON.stringify(object, undefined, 2)],
  ['with the metadata last', JSON.stringify({ data: object.data, kind: object.kind, metadata: object.metadata })],
  [
    'behind strings with quotes, braces and backslashes',
    JSON.stringify({ a: '"}{\\"metadata":{', b: '\\', ...object }),
  ],
  [
    'behind fields and values of the same name',
    JSON.stringify({ a: { metadata: { b: 1 } }, c: ['metadata', {}], kind: 'metadata', metadata: object.metadata }),
  ],
  ['behind characters of several bytes', JSON.stringify({ a: 'ünïcödé \u2028 𝄞', ...object })],
])('puts the revision into the metadata of the object itself, %s', (_how, text) => {
  const expected = JSON.parse(text);
  expected.metadata = { ...expected.metadata, resourceVersion: '7' };
  expect(JSON.parse(spliced(text))).toEqual(expected);
});

it('leaves every other byte as it is', () => {
  const text = ' { "metadata" : {"name":"a"}, "big": 3546343826724305832 }';
  expect(spliced(text)).toBe(' { "metadata" : {"resourceVersion":"7","name":"a"}, "big": 3546343826724305832 }');
});

it('gives the stored bytes back, and knows them from others', () => {
  const text = '{"a":"ü","metadata":{"name":"a"},"b":1}';
  const made = splice(text);
  expect(withoutRevision(made).toString()).toBe(text);
  expect(isSplicedFrom(made, Buffer.from(text))).toBe(true);
  for (const other of [text.replace('"ü"', '"ö"'), text.replace('1}', '2}'), `${text} `, made.bytes.toString()]) {
    expect(isSplicedFrom(made, Buffer.from(other)), other).toBe(false);
  }
});

it.each([
  ['no metadata', '{"a":1}'],
  ['empty metadata', '{"metadata":{}}'],
  ['metadata that is no object', '{"metadata":"x"}'],
  ['metadata of a part only', '{"spec":{"metadata":{"name":"a"}}}'],
  ['no object', '"metadata"'],
  ['an unfinished text', '{"metadata'],
])('finds no place in %s', (_what, text) => {
  expect(metadataStart(Buffer.from(text))).toBe(-1);
  expect(withRevision(Buffer.from(text), 7)).toBeUndefined();
});
