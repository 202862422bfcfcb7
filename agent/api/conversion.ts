/**
 * Between the versions of a kind, by way of its hub, the first representation.
 * https://kubernetes.io/docs/reference/using-api/#api-versioning
 */
import { apiVersionOf, type Kind, type Representation, representationOf, resourceOf } from './kind.ts';
import type { AnyObject } from './types.ts';

/** An object of the given representation in the shape of the hub. Shares what it does not change with its argument. */
export function toHub(kind: Kind, representation: Representation, object: AnyObject): AnyObject {
  const hub = kind.representations[0];
  if (representation === hub) return object;
  return { ...(representation.toHub?.(object) ?? object), apiVersion: apiVersionOf(hub) };
}

/** The reverse of `toHub`. */
export function fromHub(kind: Kind, representation: Representation, object: AnyObject): AnyObject {
  if (representation === kind.representations[0]) return object;
  return { ...(representation.fromHub?.(object) ?? object), apiVersion: apiVersionOf(representation) };
}

/** The representation that a stored object says it has. Throws where the kind does not know it. */
export function storedAs(kind: Kind, { apiVersion }: AnyObject): Representation {
  const found = representationOf(kind, apiVersion);
  if (!found) throw new Error(`${resourceOf(kind)} has no version ${apiVersion}`);
  return found;
}
