/** By somebody who may read, and asks for thousands of objects at once. */
import { type Attack, times } from './attack.ts';
import { ofMany } from './many.ts';

type Row = [what: string, search: string, headers?: Record<string, string>, until?: string];

const got = ([what, search, headers = {}, until]: Row): Attack => ({
  what,
  status: 200,
  method: 'GET',
  path: `${ofMany}/pods${search}`,
  by: 'admin',
  headers,
  ...(until ? { until } : {}),
});

const as = (form: string) => ({ accept: `application/json;as=${form};g=meta.k8s.io;v=v1` });
const zipped = { 'accept-encoding': 'gzip' };
const labels = encodeURIComponent(`a in (${times(2_000, (at) => `v${at}`)})`);
const fields = times(500, (at) => `metadata.name!=a${at}`, '%2C');

const lists: Row[] = [
  ['a list', ''],
  ['a list, zipped', '', zipped],
  ['a list, indented', '?pretty=true'],
  ['a list in pages', '?limit=500'],
  ['a list, of some labels', `?labelSelector=${labels}`],
  ['a list, of some fields', `?fieldSelector=${fields}`],
  ['a list as it was', '?resourceVersion=17000&resourceVersionMatch=Exact'],
  ['a table', '', as('Table')],
  ['a table, zipped', '', { ...as('Table'), ...zipped }],
  ['a table, indented', '?pretty=true', as('Table')],
  ['a table with objects', '?includeObject=Object', as('Table')],
  ['a list of metadata', '', as('PartialObjectMetadataList')],
];

const initial = '?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
const end = 'initial-events-end';
const watches: Row[] = [
  ['a watch', initial, {}, end],
  ['a watch of metadata', initial, as('PartialObjectMetadata'), end],
  ['a watch as tables', `${initial}&includeObject=None`, as('Table'), 'BOOKMARK'],
  ['a watch of what happened', '?watch=true&resourceVersion=17000', {}, 'pod-19999'],
];

export const attacksOfReaders: readonly Attack[] = [
  ...[...lists, ...watches].map(got),
  {
    what: 'a list in YAML, which takes too long',
    status: 406,
    method: 'GET',
    path: `${ofMany}/pods`,
    by: 'admin',
    headers: { accept: 'application/yaml' },
  },
  { what: 'the deletion of all', status: 200, method: 'DELETE', path: `${ofMany}/pods?dryRun=All`, by: 'admin' },
];
