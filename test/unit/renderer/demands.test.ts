// @vitest-environment jsdom
import { describe, expect, test, vi } from 'vitest';
import { podRef } from '../../../renderer/data/refs.ts';

vi.stubGlobal('skiff', { call: () => new Promise(() => undefined), on: () => () => undefined });
const { questionsOf } = await import('../../../renderer/resources/demands.ts');

const view = { ref: { group: 'apps', plural: 'deployments' } };
const object = (name: string, namespace?: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    name,
    ...(namespace ? { namespace } : {}),
    uid: name,
    resourceVersion: '1',
    creationTimestamp: '2026-01-01T00:00:00Z',
  },
});

describe('what the server is asked before something is offered', () => {
  test('is about each object by its name, as roles may name objects', () =>
    expect(questionsOf({ verb: 'delete' }, view, [object('a', 'shop'), object('b')])).toEqual([
      { resource: view.ref, verb: 'delete', namespace: 'shop', name: 'a' },
      { resource: view.ref, verb: 'delete', name: 'b' },
    ]));

  test('is about their namespaces where they are many', () => {
    const many = Array.from({ length: 50 }, (_, at) => object(`o${at}`, at % 2 ? 'shop' : 'tools'));
    expect(questionsOf({ verb: 'patch', subresource: 'scale' }, view, many)).toEqual([
      { resource: view.ref, verb: 'patch', subresource: 'scale', namespace: 'tools' },
      { resource: view.ref, verb: 'patch', subresource: 'scale', namespace: 'shop' },
    ]);
  });

  test('is about another resource without the name of the object', () =>
    expect(questionsOf({ verb: 'get', resource: podRef, subresource: 'log' }, view, [object('a', 'shop')])).toEqual([
      { resource: podRef, verb: 'get', subresource: 'log', namespace: 'shop' },
    ]));
});
