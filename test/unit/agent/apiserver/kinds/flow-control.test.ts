/**
 * The levels and schemas that every cluster has.
 * https://kubernetes.io/docs/concepts/cluster-administration/flow-control/#defaults
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AnyObject, FlowSchema } from '../../../../../agent/api/types.ts';
import { startApi, type TestApi } from '../api.ts';
import { expectRestored } from './restored.ts';
import { tableOf } from './table.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

const merge = { 'content-type': 'application/merge-patch+json' };
const schemas = '/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas';
const levels = '/apis/flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations';

describe('from the first moment on', () => {
  it('there are upstream’s levels', async () => {
    expect(await tableOf(api, levels)).toEqual({
      columns: 'Name | Type | NominalConcurrencyShares | Queues | HandSize | QueueLengthLimit | Age',
      rows: [
        'catch-all | Limited | 5 | <none> | <none> | <none> | 0s',
        'exempt | Exempt | <none> | <none> | <none> | <none> | 0s',
        'global-default | Limited | 20 | 128 | 6 | 50 | 0s',
        'leader-election | Limited | 10 | 16 | 4 | 50 | 0s',
        'node-high | Limited | 40 | 64 | 6 | 50 | 0s',
        'system | Limited | 30 | 64 | 6 | 50 | 0s',
        'workload-high | Limited | 40 | 128 | 6 | 50 | 0s',
        'workload-low | Limited | 100 | 128 | 6 | 50 | 0s',
      ],
    });
  });

  it('there are upstream’s schemas, shown in the order of matching', async () => {
    const { columns, rows } = await tableOf(api, schemas);
    expect(columns).toBe('Name | PriorityLevel | MatchingPrecedence | DistinguisherMethod | Age | MissingPL');
    expect(rows.map((row) => row.split(' | ').slice(0, 4).join(' '))).toEqual([
      'exempt exempt 1 <none>',
      'probes exempt 2 <none>',
      'system-leader-election leader-election 100 ByUser',
      'system-node-high node-high 400 ByUser',
      'system-nodes system 500 ByUser',
      'kube-controller-manager workload-high 800 ByNamespace',
      'kube-scheduler workload-high 800 ByNamespace',
      'kube-system-service-accounts workload-high 900 ByNamespace',
      'service-accounts workload-low 9000 ByUser',
      'global-default global-default 9900 ByUser',
      'catch-all catch-all 10000 ByUser',
    ]);
  });
});

describe('what is mandatory', () => {
  it.each([
    [`${schemas}/catch-all`, { matchingPrecedence: 9000 }, `spec of 'catch-all' must equal the fixed value`],
    [`${schemas}/exempt`, { rules: [] }, `spec of 'exempt' must equal the fixed value`],
    [
      `${levels}/catch-all`,
      { limited: { nominalConcurrencyShares: 50 } },
      `spec of 'catch-all' must equal the fixed value`,
    ],
    [
      `${levels}/exempt`,
      { type: 'Limited' },
      `spec of 'exempt' except the 'spec.exempt' field must equal the fixed value`,
    ],
  ])('stays as it is: %s', async (path, spec, detail) => {
    const { details } = await api.refused('PATCH', path, { spec }, merge);
    expect(details?.causes?.map(({ message }) => message)).toContainEqual(expect.stringContaining(detail));
  });

  it('is made again when somebody deletes it, as are suggestions', async () => {
    for (const [collection, name] of [
      [schemas, 'exempt'],
      [schemas, 'probes'],
      [levels, 'catch-all'],
      [levels, 'system'],
    ] as const) {
      await expectRestored(api, collection, name);
    }
  });

  it('leaves the shares of the exempt level to the administrator', async () => {
    const spec = { exempt: { nominalConcurrencyShares: 10, lendablePercent: 50 } };
    const { status, body } = await api.request('PATCH', `${levels}/exempt`, { spec }, merge);
    expect([status, body]).toEqual([200, expect.objectContaining({ spec: { type: 'Exempt', ...spec } })]);
  });
});

describe('a suggestion', () => {
  const autoUpdate = 'apf.kubernetes.io/autoupdate-spec';
  const spec = { matchingPrecedence: 7000 };
  const service = `${schemas}/service-accounts`;
  /** What the next events after a patch say. */
  const afterPatch = async (patch: object, count: number): Promise<unknown[]> => {
    const watch = await api.watch(`${schemas}?watch=1&fieldSelector=metadata.name%3Dservice-accounts`);
    await api.request('PATCH', service, patch, merge);
    const seen: unknown[] = [];
    while (seen.length <= count) {
      const { object } = await watch.event();
      const { spec: written, metadata: its } = object as AnyObject & FlowSchema;
      seen.push([written.matchingPrecedence, its.annotations?.[autoUpdate]]);
    }
    return seen.slice(1);
  };

  it('is mended as long as its annotation asks for that', async () => {
    expect(await afterPatch({ spec }, 2)).toEqual([
      [7000, 'true'],
      [9000, 'true'],
    ]);
  });

  it('is the administrator’s with another annotation, or none once it was changed', async () => {
    expect(await afterPatch({ metadata: { annotations: { [autoUpdate]: 'false' } }, spec }, 1)).toEqual([
      [7000, 'false'],
    ]);
    expect(await afterPatch({ metadata: { annotations: { [autoUpdate]: null } } }, 2)).toEqual([
      [7000, undefined],
      [7000, 'false'],
    ]);
  });
});

describe('the status of a schema', () => {
  const danglingOf = ({ status }: AnyObject & FlowSchema) =>
    status?.conditions?.map(({ type, status: is, reason, message }) => [type, is, reason, message].join(' | '));
  const named = 'This FlowSchema references the PriorityLevelConfiguration object named';

  it('says from the first moment on that its level is there', async () => {
    const { items } = await api.list(schemas);
    expect(items.map((item) => (danglingOf(item as AnyObject & FlowSchema) ?? [])[0]?.slice(0, 24))).toEqual(
      items.map(() => 'Dangling | False | Found'),
    );
    const { status } = await api.get(`${schemas}/probes`);
    expect(status).toMatchObject({ conditions: [{ lastTransitionTime: expect.any(String) }] });
  });

  it('says that it is not, until it is', async () => {
    const watch = await api.watch(`${schemas}?watch=1&fieldSelector=metadata.name%3Down`);
    await api.create(schemas, { metadata: { name: 'own' }, spec: { priorityLevelConfiguration: { name: 'own' } } });
    const next = async () => danglingOf((await watch.event()).object as AnyObject & FlowSchema);
    expect([await next(), await next()]).toEqual([
      undefined,
      [`Dangling | True | NotFound | ${named} "own" but there is no such object`],
    ]);
    await api.create(levels, {
      metadata: { name: 'own' },
      spec: { type: 'Limited', limited: { limitResponse: { type: 'Reject' } } },
    });
    expect(await next()).toEqual([`Dangling | False | Found | ${named} "own" and it exists`]);
    const { metadata } = await api.get(`${schemas}/own`);
    expect(metadata.managedFields).toContainEqual(
      expect.objectContaining({ manager: 'api-priority-and-fairness-config-consumer-v1', subresource: 'status' }),
    );
  });
});

describe('defaults', () => {
  it('are upstream’s', async () => {
    const schema = await api.create(schemas, {
      metadata: { name: 'a' },
      spec: { priorityLevelConfiguration: { name: 'b' } },
      status: { conditions: [{ type: 'Dangling', status: 'True' }] },
    });
    expect([schema.spec, schema.status]).toEqual([
      { priorityLevelConfiguration: { name: 'b' }, matchingPrecedence: 1000 },
      {},
    ]);
    const { spec } = await api.create(levels, {
      metadata: { name: 'a' },
      spec: { type: 'Limited', limited: { limitResponse: { type: 'Queue', queuing: {} } } },
    });
    expect(spec).toEqual({
      type: 'Limited',
      limited: {
        nominalConcurrencyShares: 30,
        lendablePercent: 0,
        limitResponse: { type: 'Queue', queuing: { queues: 64, handSize: 8, queueLengthLimit: 50 } },
      },
    });
  });
});
