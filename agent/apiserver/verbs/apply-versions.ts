/** The versions of a kind as an apply sees them, whoever converts between them. */
import { fromHub, toHub } from '../../api/conversion.ts';
import { apiVersionOf, type Representation, representationOf } from '../../api/kind.ts';
import type { AppliedVersion, AppliedWrite } from '../../api/managed/apply.ts';
import type { AnyObject } from '../../api/types.ts';
import type { Call } from './call.ts';

type Convert = (object: AnyObject, from: Representation, to: Representation) => AnyObject;

function versionsWith({ core, served }: Call, convert: Convert): AppliedWrite['inVersion'] {
  const { kind, representation } = served;
  return (apiVersion): AppliedVersion | undefined => {
    const other = representationOf(kind, apiVersion);
    if (!other) return undefined;
    const schema = core.schemas.schemaOf(other);
    if (other === representation) return { schema, into: (object) => object, back: (object) => object };
    return {
      schema,
      into: (object) => convert(object as AnyObject, representation, other),
      back: (object) => convert(object as AnyObject, other, representation),
    };
  };
}

/** A conversion that nobody has asked a webhook for yet. */
class Unconverted extends Error {
  readonly key: string;
  readonly object: AnyObject;
  readonly to: Representation;

  constructor(key: string, object: AnyObject, to: Representation) {
    super(`not converted to ${apiVersionOf(to)} yet`);
    this.key = key;
    this.object = object;
    this.to = to;
  }
}

/** JSON has no integers of 64 bits. */
const withDigits = (_name: string, value: unknown): unknown => (typeof value === 'bigint' ? `${value}n` : value);

/**
 * Gives `apply` the versions of the kind. Its steps cannot wait for a webhook: where it needs an object in another
 * version, that one is asked for, and the apply begins anew. It comes to the same each time, so it ends.
 */
export async function withVersions<Result>(
  call: Call,
  apply: (inVersion: AppliedWrite['inVersion']) => Promise<Result>,
): Promise<Result> {
  const { core, served } = call;
  const { kind } = served;
  if (!kind.conversion) {
    return apply(versionsWith(call, (object, from, to) => fromHub(kind, to, toHub(kind, from, object))));
  }
  const converted = new Map<string, AnyObject>();
  const inVersion = versionsWith(call, (object, _from, to) => {
    const key = `${apiVersionOf(to)} ${JSON.stringify(object, withDigits)}`;
    const found = converted.get(key);
    if (!found) throw new Unconverted(key, object, to);
    return found;
  });
  for (;;) {
    try {
      return await apply(inVersion);
    } catch (error) {
      if (!(error instanceof Unconverted)) throw error;
      converted.set(error.key, await core.converter.bare(kind, error.to, error.object));
    }
  }
}
