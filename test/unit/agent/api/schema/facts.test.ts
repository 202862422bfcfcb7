import { describe, expect, it } from 'vitest';
import factsJson from '../../../../../agent/api/schema/facts.json' with { type: 'json' };
import type { Facts, FieldFacts } from '../../../../../agent/api/schema/facts.ts';
import { flatFields, readGoStructs } from '../../../../../agent/api/schema/read-go-types.ts';
import { resolve, type Schema } from '../../../../../agent/api/schema/schema.ts';
import { definitions } from './definitions.ts';

const facts = factsJson as Facts;
const every = Object.entries(facts).flatMap(([definition, { fields = {} }]) =>
  Object.entries(fields).map(([field, fact]) => ({
    place: `${definition}.${field}`,
    fact,
    schema: definitions[`io.k8s.${definition}`]?.properties?.[field],
  })),
);
const places = (wrong: (fact: FieldFacts, schema: Schema) => boolean): string[] =>
  every.filter(({ fact, schema }) => schema && wrong(fact, schema)).map(({ place }) => place);
const itemFields = (schema: Schema): string[] => Object.keys(resolve(definitions, schema.items)?.properties ?? {});

/** Upstream marks these too, though JSON has strings there. */
const upstreamSlips = [
  'api.admissionregistration.v1beta1.ValidatingWebhook.sideEffects',
  'kube-aggregator.pkg.apis.apiregistration.v1.APIServiceSpec.caBundle',
  'kube-aggregator.pkg.apis.apiregistration.v1beta1.APIServiceSpec.caBundle',
];

describe('what upstream’s Go types say of a field', () => {
  it('is said of a field that the schemas have', () => {
    expect(every.filter(({ schema }) => !schema).map(({ place }) => place)).toEqual([]);
  });

  it('names the kind of list on lists only, and keys on maps only', () => {
    expect(places(({ list }, { type }) => list !== undefined && type !== 'array')).toEqual(upstreamSlips);
    expect(places(({ list, keys }) => (list === 'map') !== (keys !== undefined))).toEqual([]);
  });

  it('has keys that the items have', () => {
    const unknown = ({ keys = [], key }: FieldFacts, schema: Schema) =>
      [...keys, ...(key ? [key] : [])].some((name) => !itemFields(schema).includes(name));
    expect(places(unknown)).toEqual([]);
  });

  it('is there for every list that a strategic merge patch merges', () => {
    expect(places(({ patch, key }, { items }) => Boolean(items?.$ref && patch?.includes('merge') && !key))).toEqual([]);
  });

  it('names written fields that the schemas have', () => {
    const missing = Object.entries(facts).flatMap(([definition, { written = [] }]) =>
      written.filter((field) => !definitions[`io.k8s.${definition}`]?.properties?.[field]),
    );
    expect(missing).toEqual([]);
  });
});

describe('Go types are read', () => {
  const source = `
// Inner is inlined.
type Inner struct {
	// +optional
	Shown string \`json:"shown" protobuf:"bytes,1,opt,name=shown"\`
}

// Outer is a struct.
// +structType=atomic
type Outer struct {
	metav1.TypeMeta \`json:",inline"\`
	Inner \`json:",inline"\`

	// Ports of it.
	// +listType=map
	// +listMapKey=port
	// +listMapKey=protocol
	Ports []Port \`json:"ports,omitempty" patchStrategy:"merge" patchMergeKey:"port" protobuf:"bytes,2,rep,name=ports"\`

	// Left is gone.
	// Old string \`json:"old"\`
	Hidden string \`json:"-"\`
	Count *int32 \`json:"count,omitzero"\`
}
`;
  const structs = new Map(readGoStructs(source).map((struct) => [struct.name, struct]));
  const outer = structs.get('Outer');

  it('with markers, tags and the fields of embedded structs', () => {
    expect(outer?.markers).toEqual({ structType: ['atomic'] });
    expect(outer && flatFields(structs, outer)).toMatchObject([
      { name: 'shown', type: 'string', omitted: false, markers: { optional: [''] } },
      {
        name: 'ports',
        omitted: true,
        tags: { patchStrategy: 'merge', patchMergeKey: 'port' },
        markers: { listType: ['map'], listMapKey: ['port', 'protocol'] },
      },
      { name: 'count', type: '*int32', omitted: true },
    ]);
  });
});
