/** https://kubernetes.io/docs/concepts/containers/runtime-class/ */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClient } from '../../../../../agent/client/client.ts';
import { runtimeHandlerOf } from '../../../../../agent/kubelet/pods/runtime-handler.ts';
import { aKubeletPod } from '../../../../builders/pod-view.ts';
import { inDefault, pod, startApi, type TestApi } from '../api.ts';
import { exampleOf } from './objects.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startApi();
  await api.create(inDefault('serviceaccounts'), { metadata: { name: 'default' } });
});
afterEach(() => api.close());

const { path } = exampleOf('RuntimeClass');
const pods = inDefault('pods');
const make = (content: object = {}) => api.create(path, { metadata: { name: 'boxed' }, handler: 'box', ...content });
const boxed = (spec: object = {}) => pod('web', { runtimeClassName: 'boxed', ...spec });
const refusalOf = async (spec: object) => (await api.refused('POST', pods, spec)).message;

describe('a pod', () => {
  /** RuntimeClass should schedule a Pod requesting a RuntimeClass without PodOverhead. */
  it('of a class without a cost has none', async () => {
    await make();
    const { spec } = await api.create(pods, boxed());
    expect(spec).toMatchObject({ runtimeClassName: 'boxed' });
    expect(spec).not.toHaveProperty('overhead');
  });

  /** RuntimeClass should schedule a Pod requesting a RuntimeClass and initialize its Overhead. */
  it('has the cost of its class', async () => {
    await make({ overhead: { podFixed: { cpu: '10m', memory: '1Mi' } } });
    expect((await api.create(pods, boxed())).spec?.overhead).toEqual({ cpu: '10m', memory: '1Mi' });
  });

  it.each([
    [
      'another cost than its class',
      boxed({ overhead: { cpu: '20m' } }),
      "Pod's Overhead doesn't match RuntimeClass's defined Overhead",
    ],
    [
      'a cost and no class',
      pod('web', { overhead: { cpu: '20m' } }),
      'Pod Overhead set without corresponding RuntimeClass defined Overhead',
    ],
  ])('is refused with %s', async (_what, spec, detail) => {
    await make({ overhead: { podFixed: { cpu: '10m' } } });
    expect(await refusalOf(spec)).toBe(`pods "web" is forbidden: pod rejected: ${detail}`);
  });

  /** RuntimeClass should reject a Pod requesting a non-existent, or a deleted RuntimeClass. */
  it('is refused where its class does not exist, or no longer', async () => {
    const gone = 'pods "web" is forbidden: pod rejected: RuntimeClass "boxed" not found';
    expect(await refusalOf(boxed())).toBe(gone);
    await make();
    await api.request('DELETE', `${path}/boxed`);
    expect(await refusalOf(boxed())).toBe(gone);
  });

  it('goes where its class is', async () => {
    const box = { key: 'box', operator: 'Exists', effect: 'NoSchedule' };
    await make({ scheduling: { nodeSelector: { runtime: 'box' }, tolerations: [box] } });
    const { spec } = await api.create(pods, boxed({ nodeSelector: { disk: 'ssd' } }));
    expect(spec?.nodeSelector).toEqual({ disk: 'ssd', runtime: 'box' });
    expect(spec?.tolerations).toEqual(expect.arrayContaining([box]));
    expect(await refusalOf(boxed({ nodeSelector: { runtime: 'other' } }))).toBe(
      'pods "web" is forbidden: conflict: runtimeClass.scheduling.nodeSelector[runtime] = box; ' +
        'pod.spec.nodeSelector[runtime] = other',
    );
  });

  it.each([
    ['it tolerates more already', { operator: 'Exists' }, [{ operator: 'Exists' }]],
    [
      'it tolerates less',
      { key: 'box', operator: 'Equal', value: 'a', effect: 'NoExecute', tolerationSeconds: 5 },
      [{ key: 'box', operator: 'Exists' }],
    ],
  ])('keeps one of two tolerations where %s', async (_when, own, expected) => {
    await make({ scheduling: { tolerations: [{ key: 'box', operator: 'Exists' }] } });
    const { spec } = await api.create(pods, boxed({ tolerations: [own] }));
    const all = spec?.tolerations;
    const ofTest = (Array.isArray(all) ? all : []).filter(({ key = '' }) => !key.startsWith('node.kubernetes.io/'));
    expect(ofTest).toEqual(expected);
  });
});

describe('a node', () => {
  const { signal } = new AbortController();
  const handlerOf = (runtimeClassName: string | undefined, handlers: readonly string[]) =>
    runtimeHandlerOf(
      {
        client: createClient(api.server.transport({ username: 'admin', groups: ['system:masters'] })),
        runtime: { handlers: async () => handlers },
      },
      aKubeletPod(runtimeClassName === undefined ? {} : { runtimeClassName }),
      signal,
    );

  it.each<[string, string | undefined, string[], string | undefined]>([
    ['pods without a class by default', undefined, ['box', 'runc'], undefined],
    ['pods of the ordinary class with that runtime', 'usual', ['box', 'runc'], 'runc'],
    ['pods of the ordinary class by default, if its engine’s runtime has another name', 'usual', ['crun'], undefined],
    ['pods of another class with the runtime that its engine knows', 'boxed', ['box', 'runc'], 'box'],
  ])('runs %s', async (_, name, handlers, expected) => {
    await api.create(path, { metadata: { name: 'usual' }, handler: 'runc' });
    await make();
    expect(await handlerOf(name, handlers)).toBe(expected);
  });

  it('starts no pod whose class it does not have, or cannot read', async () => {
    await make();
    await expect(handlerOf('boxed', ['runc'])).rejects.toThrow(
      'rpc error: code = Unknown desc = failed to get sandbox runtime: no runtime for "box" is configured',
    );
    await expect(handlerOf('gone', ['runc'])).rejects.toThrow('runtimeclasses.node.k8s.io "gone" not found');
  });
});
