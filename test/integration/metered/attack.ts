/** What somebody may send to make a server stand still, and parts to make it of. */
import type { Sent } from './client.ts';

export interface Attack extends Sent {
  what: string;
  /** Of the answer. */
  status: number;
}

export const inDefault = (plural: string, name = '') => `/api/v1/namespaces/default/${plural}${name && `/${name}`}`;

export const times = (count: number, part: (index: number) => string, between = ','): string =>
  Array.from({ length: count }, (_, index) => part(index)).join(between);

/** Members of a map, each with a key of its own. */
export const members = (count: number, value = '1'): string => times(count, (at) => `"k${at}":${value}`);
