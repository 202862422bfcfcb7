/** A kind that is registered while the cluster runs, as a real kubectl and the controllers see it. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aWidget, widgets } from '../builders/widget.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';

let plane: ControlPlane;
beforeAll(async () => {
  plane = await startControlPlane();
});
afterAll(() => plane.close());

const absent = (name: string) => plane.kubectl('get', 'widget', name, '--ignore-not-found', '-o', 'name');
const owned = (name: string, uid: string) => ({
  ...aWidget(name),
  metadata: {
    name,
    ownerReferences: [{ apiVersion: 'example.com/v1', kind: 'Widget', name: 'owner', uid }],
  },
});

it('is found, explained, printed, described and deleted, is collected with its owner and its namespace, and goes again', async () => {
  await expect(plane.kubectl('get', 'widgets')).rejects.toThrow(`the server doesn't have a resource type "widgets"`);
  plane.api.kinds.register(widgets);

  expect(await plane.kubectl('api-resources', '--api-group=example.com', '--no-headers')).toMatch(
    /^widgets\s+wi\s+example\.com\/v1\s+true\s+Widget\s*$/m,
  );
  await plane.apply(aWidget('a', 4));
  expect(await plane.kubectl('get', 'wi', '--no-headers')).toMatch(/^a\s+4\s*$/m);
  expect(await plane.kubectl('get', 'widgets.v1beta1.example.com', 'a', '-o', 'jsonpath={.spec.width}')).toBe('4');
  expect(await plane.kubectl('explain', 'widget.spec.size')).toContain('How large it is, in centimetres.');
  expect(await plane.kubectl('describe', 'widget', 'a')).toMatch(/Kind:\s+Widget/);
  await plane.kubectl('delete', 'widget', 'a', '--wait=true', '--timeout=20s');
  expect(await absent('a')).toBe('');

  await plane.apply(aWidget('owner'));
  const uid = await plane.kubectl('get', 'widget', 'owner', '-o', 'jsonpath={.metadata.uid}');
  await plane.apply(owned('dependent', uid));
  await plane.kubectl('delete', 'widget', 'owner', '--cascade=background');
  await plane.kubectl('wait', '--for=delete', 'widget/dependent', '--timeout=20s');

  await plane.kubectl('create', 'namespace', 'brief');
  await plane.apply({ ...aWidget('inside'), metadata: { name: 'inside', namespace: 'brief' } });
  await plane.kubectl('delete', 'namespace', 'brief', '--timeout=20s');
  expect(await plane.kubectl('get', 'widgets', '-A', '--ignore-not-found', '-o', 'name')).toBe('');

  plane.api.kinds.unregister('widgets.example.com');
  // kubectl remembers what it discovered: it still asks, and is told.
  await expect(plane.kubectl('get', 'widgets.v1.example.com')).rejects.toThrow(
    'the server could not find the requested resource',
  );
});
