/**
 * What etcd is asked and answers, as far as the store needs it, in the JSON of its gateway.
 * https://github.com/etcd-io/etcd/blob/main/api/etcdserverpb/rpc.proto
 */
import type { Entry, Guard } from './store.ts';

interface Header {
  revision?: string;
}

export interface KeyValue {
  key: string;
  create_revision?: string;
  mod_revision?: string;
  value?: string;
}

export interface RangeResponse {
  header: Header;
  kvs?: KeyValue[];
  more?: boolean;
}

interface Response {
  response_range?: RangeResponse;
  response_delete_range?: { prev_kvs?: KeyValue[] };
}

export interface TxnResponse {
  header: Header;
  succeeded?: boolean;
  responses?: Response[];
}

export interface WatchEvent {
  /** Absent: a put. */
  type?: 'DELETE';
  kv: KeyValue;
  prev_kv?: KeyValue;
}

export interface WatchResponse {
  header: Header;
  canceled?: boolean;
  cancel_reason?: string;
  compact_revision?: string;
  events?: WatchEvent[];
}

export const encoded = (text: string): string => Buffer.from(text).toString('base64');
export const revisionIn = ({ header }: { header: Header }): number => Number(header.revision ?? 0);

/** The range of the keys with the prefix; keys are ASCII. A range from and to the zero byte is that of all keys. */
export function rangeOf(prefix: string): { key: string; range_end: string } {
  if (!prefix) return { key: encoded('\0'), range_end: encoded('\0') };
  const last = prefix.charCodeAt(prefix.length - 1);
  return { key: encoded(prefix), range_end: encoded(prefix.slice(0, -1) + String.fromCharCode(last + 1)) };
}

export function entryOf({ key, value = '', create_revision: created, mod_revision: modified }: KeyValue): Entry {
  return {
    key: Buffer.from(key, 'base64').toString('utf8'),
    value: Buffer.from(value, 'base64'),
    createRevision: Number(created),
    revision: Number(modified),
  };
}

/** No key is made in or below revision zero: the key must be absent. */
export const isAbsent = (key: string) => ({
  key: encoded(key),
  target: 'CREATE',
  result: 'EQUAL',
  create_revision: '0',
});
export const isAt = (key: string, revision: number) => ({
  key: encoded(key),
  target: 'MOD',
  result: 'EQUAL',
  mod_revision: String(revision),
});
export const isUnchanged = ({ prefix, since }: Guard) => ({
  ...rangeOf(prefix),
  target: 'MOD',
  result: 'LESS',
  mod_revision: String(since + 1),
});
