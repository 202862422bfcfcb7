import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Pod } from '../../../../agent/api/types.ts';
import { inDefault, startApi, type TestApi } from './api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startApi();
  const metadata = { name: 'default' };
  await api.create(inDefault('serviceaccounts'), { metadata, automountServiceAccountToken: false });
});
afterEach(() => api.close());

const key = 'container.apparmor.security.beta.kubernetes.io/main';
const told = `299 - "metadata.annotations[${key}]: deprecated since v1.30; use the \\"appArmorProfile\\" field instead"`;
const windows = { os: { name: 'windows' } };

async function created(annotation: string, spec: object, securityContext?: object) {
  const containers = [{ name: 'main', image: 'web:1.0', ...(securityContext ? { securityContext } : {}) }];
  const { body, headers } = await api.request('POST', inDefault('pods'), {
    metadata: { name: 'web', annotations: { [key]: annotation } },
    spec: { ...spec, containers },
  });
  const [main] = (body as Pod).spec.containers;
  return [main?.securityContext?.appArmorProfile, headers?.warning];
}

it.each([
  ['unconfined', {}, { type: 'Unconfined' }, told],
  ['runtime/default', {}, { type: 'RuntimeDefault' }, told],
  ['localhost/mine', {}, { type: 'Localhost', localhostProfile: 'mine' }, told],
  ['localhost/', {}, undefined, told],
  ['runtime/default', { securityContext: { appArmorProfile: { type: 'RuntimeDefault' } } }, undefined, undefined],
  ['runtime/default', windows, undefined, undefined],
])('the annotation %s of a pod with %j becomes the field %j', async (annotation, spec, profile, warning) => {
  expect(await created(annotation, spec)).toEqual([profile, warning]);
});

it('a field that says the same stays, without a warning', async () => {
  const appArmorProfile = { type: 'Unconfined' };
  expect(await created('unconfined', {}, { appArmorProfile })).toEqual([appArmorProfile, undefined]);
});
