/**
 * What kubectl makes of the published schemas of custom resources, with every kubectl of this machine: those before
 * 1.25 validate by them.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/test/e2e/apimachinery/crd_publish_openapi.go
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describedSchema } from '../fixtures/described-schema.ts';
import { withKubectls } from '../obstacles.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { typedKubectl } from './typed-kubectl.ts';

const anything = { 'x-kubernetes-preserve-unknown-fields': true };
const schemas = {
  described: describedSchema,
  empty: { ...anything, type: 'object' },
  root: {
    ...anything,
    description: 'anything at the root',
    type: 'object',
    properties: { spec: { type: 'object', description: 'Specification of Waldo' } },
  },
  nested: {
    description: 'anything in a nested field',
    type: 'object',
    properties: {
      spec: { ...anything, type: 'object', properties: { dummy: { type: 'string' } } },
      status: { type: 'object', nullable: true },
    },
  },
};
type Name = keyof typeof schemas;

let plane: ControlPlane;
beforeAll(async () => {
  plane = await startControlPlane();
});
afterAll(async () => {
  await plane.close();
});

withKubectls('published schemas of custom resources', ({ path, version }) => {
  const suffix = `${version.replace(/[^a-z0-9]/gi, '-').toLowerCase()}.example.com`;
  const { run, kubectl } = typedKubectl(path, () => plane.api.kubeconfig);
  const kindOf = (name: Name): string => `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  const define = async (name: Name) => {
    const names = { plural: `${name}s`, singular: name, kind: kindOf(name) };
    const spec = {
      group: `${name}.${suffix}`,
      scope: 'Namespaced',
      names,
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schemas[name] } }],
    };
    const resource = `${name}s.${spec.group}`;
    const definition = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', spec };
    await kubectl('create -f -', JSON.stringify({ ...definition, metadata: { name: resource } }));
    await kubectl(`wait --for=condition=Established crd/${resource} --timeout=20s`);
    return resource;
  };
  const object = (name: Name, content: object): string =>
    JSON.stringify({ apiVersion: `${name}.${suffix}/v1`, kind: kindOf(name), metadata: { name: 'mine' }, ...content });
  const explain = (name: Name, field = ''): string => `explain ${name}s${field} --api-version=${name}.${suffix}/v1`;
  /** Made and deleted both ways. */
  const accepts = async (name: Name, resource: string, content: object) => {
    for (const verb of ['create', 'apply']) {
      expect(await kubectl(`${verb} -f -`, object(name, content))).toContain('created');
      await kubectl(`delete ${resource} mine`);
    }
  };

  it('are validated by and explained, field by field', async () => {
    const resource = await define('described');
    await accepts('described', resource, { spec: { bars: [{ name: 'test-bar' }] } });
    const unknown = await run('create -f -', object('described', { spec: { foo: true } }));
    expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringMatching(/unknown field "(spec\.)?foo"/)]);
    const nameless = await run('create -f -', object('described', { spec: { bars: [{ bazs: ['1'] }] } }));
    expect([nameless.code, nameless.stderr]).toEqual([
      1,
      expect.stringMatching(/missing required field "name"|spec\.bars\[0\]\.name: Required value/),
    ]);
    expect(await kubectl(explain('described'))).toMatch(
      /DESCRIPTION:.*A custom resource of the tests.*FIELDS:.*apiVersion.*<string>.*APIVersion defines.*spec.*<Object>.*What somebody wants of it/s,
    );
    expect(await kubectl(explain('described', '.metadata'))).toMatch(
      /DESCRIPTION:.*Standard object's metadata.*FIELDS:.*creationTimestamp.*<string>.*CreationTimestamp is a timestamp/s,
    );
    expect(await kubectl(explain('described', '.spec.bars'))).toMatch(
      /bars.*<\[\]Object>.*DESCRIPTION:.*What it has of bars.*FIELDS:.*bazs.*<\[\]string>.*What belongs to this bar.*name.*<string>.*What this bar is called/s,
    );
    const missing = await run(explain('described', '.spec.bars2'));
    expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining('field "bars2" does not exist')]);
    expect(await kubectl(`${explain('described')} --recursive`)).toContain('bazs');
    await kubectl(`delete crd ${resource} --timeout=20s`);
  });

  it.each(['empty', 'root'] as const)('let %s hold any field', async (name) => {
    const resource = await define(name);
    await accepts(name, resource, { a: { b: [{ c: 'd' }] } });
    expect(await kubectl(explain(name))).toMatch(new RegExp(`KIND:.*${kindOf(name)}.*DESCRIPTION:`, 's'));
    await kubectl(`delete crd ${resource} --timeout=20s`);
  });

  it('let a part of an object hold any field', async () => {
    const resource = await define('nested');
    await accepts('nested', resource, { spec: { a: null, b: [{ c: 'd' }] }, status: null });
    expect(await kubectl(explain('nested'))).toMatch(/DESCRIPTION:.*anything in a nested field/s);
    await kubectl(`delete crd ${resource} --timeout=20s`);
  });
});
