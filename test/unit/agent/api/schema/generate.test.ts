import { describe, expect, it } from 'vitest';
import { builtInKinds } from '../../../../../agent/api/kinds.ts';
import type { Schema } from '../../../../../agent/api/schema/schema.ts';
import { definitions, descriptions } from './definitions.ts';

const property = (definition: string, name: string): Schema | undefined =>
  definitions[`io.k8s.api.${definition}`]?.properties?.[name];

describe('generated definitions', () => {
  it('cover every representation of every kind', () => {
    const names = builtInKinds.flatMap(({ representations }) => representations.map(({ definition }) => definition));
    expect(names.filter((name) => !definitions[name])).toEqual([]);
  });

  it('refer only to one another', () => {
    const missing = new Set<string>();
    JSON.stringify(definitions, (key, value) => {
      if (key === '$ref' && typeof value === 'string' && !(value in definitions)) missing.add(value);
      return value;
    });
    expect([...missing]).toEqual([]);
  });

  it.each([
    ['core.v1.ServicePort', 'port', { type: 'integer', format: 'int32' }],
    ['core.v1.ServicePort', 'protocol', { type: 'string', enum: ['SCTP', 'TCP', 'UDP'], default: 'TCP' }],
    ['core.v1.PodSpec', 'terminationGracePeriodSeconds', { type: 'integer', format: 'int64' }],
    ['core.v1.PodSpec', 'hostNetwork', { type: 'boolean' }],
    [
      'core.v1.PodSpec',
      'nodeSelector',
      { type: 'object', additionalProperties: { type: 'string' }, 'x-kubernetes-map-type': 'atomic' },
    ],
    ['core.v1.Secret', 'data', { type: 'object', additionalProperties: { type: 'string', format: 'byte' } }],
    ['core.v1.ServicePort', 'targetPort', { $ref: 'io.k8s.apimachinery.pkg.util.intstr.IntOrString' }],
    [
      'core.v1.PodSpec',
      'containers',
      {
        type: 'array',
        items: { $ref: 'io.k8s.api.core.v1.Container' },
        'x-kubernetes-list-map-keys': ['name'],
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-patch-merge-key': 'name',
        'x-kubernetes-patch-strategy': 'merge',
      },
    ],
    [
      'apps.v1.DeploymentSpec',
      'strategy',
      { $ref: 'io.k8s.api.apps.v1.DeploymentStrategy', 'x-kubernetes-patch-strategy': 'retainKeys' },
    ],
  ])('%s.%s', (definition, name, expected) => {
    expect(property(definition, name)).toEqual(expected);
  });

  it('name their kinds and what is required', () => {
    expect(definitions['io.k8s.api.apps.v1.Deployment']?.['x-kubernetes-group-version-kind']).toEqual([
      { group: 'apps', version: 'v1', kind: 'Deployment' },
    ]);
    expect(definitions['io.k8s.api.core.v1.Container']?.required).toEqual(['name']);
    expect(definitions['io.k8s.api.core.v1.Pod']?.required).toBeUndefined();
    expect(definitions['io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime']).toEqual({
      type: 'string',
      format: 'date-time',
    });
  });

  it('are documented apart', () => {
    expect(descriptions['io.k8s.api.core.v1.ServicePort']?.port).toBe('The port that will be exposed by this service.');
    expect(descriptions['io.k8s.api.core.v1.Pod']?.['']).toMatch(/^Pod is a collection of containers/);
    expect(JSON.stringify(definitions)).not.toContain('"description":"');
  });
});
