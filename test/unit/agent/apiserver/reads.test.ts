import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AnyObject, ObjectList } from '../../../../agent/api/types.ts';
import { configMap, inDefault, startApi, type TestApi } from './api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startApi({ history: { limit: 8, bytes: 1 << 20, maxAge: 60_000 } });
});
afterEach(() => api.close());
const maps = inDefault('configmaps');
const names = ({ items }: ObjectList) => items.map(({ metadata }) => metadata.name);

describe('listing', () => {
  beforeEach(async () => {
    for (const name of ['c', 'a', 'd', 'b']) await api.create(maps, configMap(name, {}, { first: String(name < 'c') }));
  });

  it('is in key order, with the revision of the whole', async () => {
    const list = await api.list(maps);
    expect(names(list)).toEqual(['a', 'b', 'c', 'd']);
    expect(list).toMatchObject({
      kind: 'ConfigMapList',
      metadata: { resourceVersion: String(await api.store.revision()) },
    });
  });

  it.each([
    ['labelSelector=first%3Dtrue', ['a', 'b']],
    ['labelSelector=first+notin+(true)', ['c', 'd', 'coredns']],
    ['fieldSelector=metadata.name%3Dc', ['c']],
    ['fieldSelector=metadata.name!%3Dc', ['a', 'b', 'd', 'coredns']],
    ['fieldSelector=metadata.namespace%3Dkube-system', ['coredns']],
    ['fieldSelector=metadata.namespace%3Dkube-public', []],
  ])('selects by %s', async (query, expected) => {
    expect(names(await api.list(`/api/v1/configmaps?${query}`))).toEqual(expected);
  });

  it('refuses to select by a field that the kind has not', async () => {
    expect(await api.refused('GET', `${maps}?fieldSelector=spec.x%3D1`)).toMatchObject({
      code: 400,
      message: '"spec.x" is not a known field selector: only "metadata.name", "metadata.namespace"',
    });
  });

  it('comes in chunks that together are one moment, whatever is written between them', async () => {
    const first = await api.list(`${maps}?limit=2`);
    expect(first.metadata).toMatchObject({ remainingItemCount: 2 });
    await api.request('DELETE', `${maps}/c`);
    await api.create(maps, configMap('bb'));
    const second = await api.list(`${maps}?limit=2&continue=${first.metadata.continue}`);
    expect([...names(first), ...names(second)]).toEqual(['a', 'b', 'c', 'd']);
    expect(second.metadata).toEqual({ resourceVersion: first.metadata.resourceVersion });
  });

  it('answers 410 where the moment is forgotten, with a token that goes on inconsistently', async () => {
    const first = await api.list(`${maps}?limit=2`);
    for (let index = 0; index < 20; index += 1) await api.create(maps, configMap(`e${index}`));
    const status = await api.refused('GET', `${maps}?limit=2&continue=${first.metadata.continue}`);
    expect(status).toMatchObject({ code: 410, reason: 'Expired' });
    const second = await api.list(`${maps}?limit=2&continue=${status.metadata.continue}`);
    expect(names(second)).toEqual(['c', 'd']);
  });

  it('shows an exact older revision', async () => {
    const { metadata } = await api.list(maps);
    await api.request('DELETE', `${maps}/a`);
    const query = `resourceVersion=${metadata.resourceVersion}&resourceVersionMatch=Exact`;
    expect(names(await api.list(`${maps}?${query}`))).toEqual(['a', 'b', 'c', 'd']);
  });

  it.each([
    ['resourceVersionMatch=Exact', 'Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided'],
    [
      'resourceVersion=0&resourceVersionMatch=Exact',
      'Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
    ],
    [
      'resourceVersion=1&resourceVersionMatch=Newer',
      'Unsupported value: "Newer": supported values: "Exact", "NotOlderThan", ""',
    ],
  ])('refuses %s', async (query, problem) => {
    expect(await api.refused('GET', `${maps}?${query}`)).toMatchObject({
      code: 422,
      message: `ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: ${problem}`,
    });
  });

  it('answers 504 to a revision of the future', async () => {
    expect(await api.refused('GET', `${maps}?resourceVersion=9999`)).toMatchObject({ code: 504, reason: 'Timeout' });
  });
});

describe('other forms', () => {
  it('prints tables with the columns of the kind', async () => {
    await api.create(maps, configMap('a', { key: 'value' }));
    await api.clock.advance(90_000);
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
    const table = await api.get(maps, { accept });
    expect(table).toMatchObject({ kind: 'Table', apiVersion: 'meta.k8s.io/v1' });
    expect((table.columnDefinitions as { name: string }[]).map(({ name }) => name)).toEqual(['Name', 'Data', 'Age']);
    expect(table.rows).toMatchObject([
      { cells: ['a', 1, '90s'], object: { kind: 'PartialObjectMetadata', metadata: { name: 'a' } } },
    ]);
  });

  it('gives metadata only where that is asked for', async () => {
    await api.create(maps, configMap('a', { key: 'value' }));
    const accept = 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io';
    const partial: AnyObject = await api.get(`${maps}/a`, { accept });
    expect(Object.keys(partial).sort()).toEqual(['apiVersion', 'kind', 'metadata']);
  });

  it.each([
    ['CBOR, which upstream has behind a feature gate', 'application/cbor'],
    [
      'tables in protobuf, whose cells are of any type',
      'application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io',
    ],
    ['tables of no version that is known', 'application/json;as=Table;v=v2;g=meta.k8s.io'],
    ['text', 'text/plain'],
  ])('answers 406 where only %s would do', async (_, accept) => {
    expect(await api.refused('GET', maps, undefined, { accept })).toMatchObject({
      code: 406,
      reason: 'NotAcceptable',
      message:
        'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf',
    });
  });

  it('says of a watch in which forms there are watches', async () => {
    expect(await api.refused('GET', `${maps}?watch=true`, undefined, { accept: 'application/yaml' })).toMatchObject({
      code: 406,
      message:
        'only the following media types are accepted: application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch',
    });
  });

  it('are chosen by their weight, then by how exactly they are named, then by their order', async () => {
    await api.create(maps, configMap('a'));
    const table = 'application/json;as=Table;v=v1;g=meta.k8s.io';
    const partial = 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io';
    const kinds = [`${table};q=0.5,${partial}`, `*/*,${table}`, `${partial},${table}`, `text/html,${table};q=0.1`];
    const answers = await Promise.all(kinds.map((accept) => api.get(`${maps}/a`, { accept })));
    expect(answers.map(({ kind }) => kind)).toEqual([
      'PartialObjectMetadata',
      'Table',
      'PartialObjectMetadata',
      'Table',
    ]);
  });

  it('are refused by what has no metadata', async () => {
    const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
    const review = { spec: { nonResourceAttributes: { path: '/', verb: 'get' } } };
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
    expect(await api.refused('POST', path, review, { accept })).toMatchObject({ code: 406 });
    expect((await api.request('POST', path, review, { accept: `${accept},application/json` })).status).toBe(201);
  });
});

describe('one kind in two groups', () => {
  it('is the same object under either', async () => {
    await api.create('/apis/events.k8s.io/v1/namespaces/default/events', {
      metadata: { name: 'e' },
      eventTime: '2026-01-01T00:00:00.000000Z',
      reason: 'Started',
      action: 'Starting',
      type: 'Normal',
      reportingController: 'kubelet',
      reportingInstance: 'worker',
      regarding: { kind: 'Pod', name: 'web', namespace: 'default' },
      note: 'Started container',
    });
    expect(await api.get(inDefault('events', 'e'))).toMatchObject({
      apiVersion: 'v1',
      involvedObject: { name: 'web' },
      message: 'Started container',
    });
  });
});
