import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isConditionTrue } from '../../../../../agent/api/conditions.ts';
import type { AnyObject, CustomResourceDefinition } from '../../../../../agent/api/types.ts';
import {
  type Asked,
  patching,
  startWebhookServer,
  verdict,
  type WebhookServer,
} from '../../../../fakes/webhook-server.ts';
import { startApi, type TestApi } from '../api.ts';
import { register, rule, webhook } from './webhook-configurations.ts';

let api: TestApi;
let server: WebhookServer;

/** Upstream's sample webhook: each stage adds a member behind the one before. */
const addStage = (asked: Asked): object => {
  const data = (asked.review.request.object?.data ?? {}) as Record<string, unknown>;
  const stages = [
    ['mutation-start', 'mutation-stage-1'],
    ['mutation-stage-1', 'mutation-stage-2'],
  ] as const;
  const due = stages.filter(([before, stage]) => data[before] === 'yes' && !(stage in data)).slice(0, 1);
  return patching(
    asked,
    due.map(([, stage]) => ({ op: 'add', path: `/data/${stage}`, value: 'yes' })),
  );
};

const deny = (asked: Asked): object => verdict(asked, { allowed: false, status: { message: 'unwanted label' } });

beforeEach(async () => {
  server = await startWebhookServer((asked) => (asked.path.startsWith('/mutate') ? addStage(asked) : deny(asked)));
  api = await startApi();
});
afterEach(async () => {
  await api.close();
  await server.close();
});

const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const name = 'stages.example.com';
const stages = (version: string) => `/apis/example.com/${version}/namespaces/default/stages`;
const text = { type: 'string' };
const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const version = (versionName: string, storage: boolean, data: object) => ({
  name: versionName,
  served: true,
  storage,
  schema: { openAPIV3Schema: { type: 'object', properties: { data } } },
});
const definition = (versions: object[]) => ({
  metadata: { name },
  spec: { group: 'example.com', scope: 'Namespaced', names: { plural: 'stages', kind: 'Stage' }, versions },
});

async function define(versions: object[]): Promise<void> {
  await api.create(crds, definition(versions));
  const watch = await api.watch(`${crds}?watch=1&fieldSelector=metadata.name=${name}`);
  for (;;) {
    const { object } = await watch.event();
    if (isConditionTrue((object as AnyObject & CustomResourceDefinition).status?.conditions, 'Established')) return;
  }
}

const stage = (metadata: object = { name: 'a' }, data: object = { 'mutation-start': 'yes' }) => ({ metadata, data });
const onStages = [rule(['stages'], ['CREATE', 'UPDATE'], { apiGroups: ['example.com'] })];
const both = ['one', 'two'].map((each) => ({ name: `${each}.example.com`, rules: onStages }));
const mutating = () =>
  register(
    api,
    'mutating',
    'stages',
    both.map((each) => webhook(server, '/mutate', each)),
  );

describe('a custom resource', () => {
  it('is changed by webhooks one after the other', async () => {
    await define([version('v1', true, open)]);
    await mutating();
    const { data } = await api.create(stages('v1'), stage());
    expect(data).toEqual({ 'mutation-start': 'yes', 'mutation-stage-1': 'yes', 'mutation-stage-2': 'yes' });
  });

  it('is pruned of what webhooks add beyond its schema', async () => {
    const known = { type: 'object', properties: { 'mutation-start': text, 'mutation-stage-1': text } };
    await define([version('v1', true, known)]);
    await mutating();
    const { data } = await api.create(stages('v1'), stage());
    expect(data).toEqual({ 'mutation-start': 'yes', 'mutation-stage-1': 'yes' });
  });

  it('is changed by webhooks for the version of the request, while another is stored', async () => {
    await define([version('v1', true, open), version('v2', false, open)]);
    await api.create(stages('v1'), stage());
    await mutating();
    const json = { 'content-type': 'application/json-patch+json' };
    const swap = [0, 1].map((index) => ({
      op: 'replace',
      path: `/spec/versions/${index}/storage`,
      value: index === 1,
    }));
    expect((await api.request('PATCH', `${crds}/${name}`, swap, json)).status).toBe(200);
    const merge = { 'content-type': 'application/merge-patch+json' };
    const { body } = await api.request('PATCH', `${stages('v1')}/a`, { data: { other: 'yes' } }, merge);
    expect(body).toMatchObject({
      apiVersion: 'example.com/v1',
      data: { 'mutation-start': 'yes', other: 'yes', 'mutation-stage-1': 'yes', 'mutation-stage-2': 'yes' },
    });
    expect(server.asked.map(({ review }) => review.request.kind)).toEqual([
      { group: 'example.com', version: 'v1', kind: 'Stage' },
      { group: 'example.com', version: 'v1', kind: 'Stage' },
    ]);
  });

  it('is refused by a webhook', async () => {
    await define([version('v1', true, open)]);
    await register(api, 'validating', 'stages', [webhook(server, '/deny', { rules: onStages })]);
    expect((await api.refused('POST', stages('v1'), stage())).message).toMatch(/denied the request: unwanted label$/);
  });
});

it('a custom resource definition is refused by a webhook', async () => {
  const rules = [rule(['customresourcedefinitions'], ['CREATE'], { apiGroups: ['apiextensions.k8s.io'] })];
  const objectSelector = { matchLabels: { crd: 'unwanted' } };
  await register(api, 'validating', 'crds', [webhook(server, '/deny', { rules, objectSelector })]);
  const unwanted = definition([version('v1', true, open)]);
  const labelled = { ...unwanted, metadata: { name, labels: { crd: 'unwanted' } } };
  expect((await api.refused('POST', crds, labelled)).message).toMatch(/denied the request: unwanted label$/);
});
