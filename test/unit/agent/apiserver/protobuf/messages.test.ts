import { describe, expect, it } from 'vitest';
import { servedRepresentations } from '../../../../../agent/api/kind.ts';
import { builtInKinds } from '../../../../../agent/api/kinds.ts';
import { reachable } from '../../../../../agent/api/openapi/components.ts';
import layout from '../../../../../agent/apiserver/protobuf/messages.json' with { type: 'json' };
import type { Messages } from '../../../../../agent/apiserver/protobuf/messages.ts';
import { definitions } from '../../api/schema/definitions.ts';

const messages = layout as object as Messages;

/** `io.k8s.api.core.v1.Pod` -> `core.v1.Pod`, as `messages.json` names them. */
const messageOf = (definition: string): string =>
  definition.replace(/^io\.k8s\.(api|apimachinery\.pkg(\.apis|\.api|\.util)?)\./, '');

const fieldNames = (message: string): string[] =>
  (messages[message] ?? []).flatMap(([, name, type, shape]) => (shape === 'inline' ? fieldNames(type) : [name]));

/** Current versions; retired ones and what is free-form JSON have no layout. */
const served = builtInKinds.flatMap((kind) =>
  servedRepresentations(kind)
    .map(({ definition }) => definition)
    .filter((definition) => messageOf(definition) in messages),
);
const structs = reachable(definitions, [...served, 'io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions']).filter(
  (definition) => definitions[definition]?.properties,
);

describe('the layouts of messages', () => {
  it('are there for every kind in its current version', () => {
    expect(served).toHaveLength(new Set(served).size);
    expect(served.length).toBeGreaterThanOrEqual(builtInKinds.length);
  });

  it('have every field that the schemas have, so that none is lost on its way in', () => {
    const lost = structs.flatMap((definition) => {
      const known = new Set([...fieldNames(messageOf(definition)), 'apiVersion', 'kind']);
      return Object.keys(definitions[definition]?.properties ?? {})
        .filter((field) => !known.has(field))
        .map((field) => `${definition}.${field}`);
    });
    expect(lost).toEqual([]);
  });

  it('call every field what JSON calls it, of what is not served yet too', () => {
    const unknown = Object.keys(definitions).flatMap((definition) => {
      const { properties } = definitions[definition] ?? {};
      return (properties ? fieldNames(messageOf(definition)) : [])
        .filter((field) => !Object.hasOwn(properties ?? {}, field))
        .map((field) => `${definition}.${field}`);
    });
    expect(unknown).toEqual([]);
  });

  it('refer to one another or to scalars', () => {
    const scalars = ['string', 'int', 'bool', 'bytes', 'double'];
    const types = new Set(Object.values(messages).flatMap((fields) => fields.map(([, , type]) => type)));
    expect([...types].filter((type) => !(type in messages) && !scalars.includes(type))).toEqual([]);
  });
});
