import { pods } from '../../api/core/pod.ts';
import { resourceOf } from '../../api/kind.ts';
import type { AnyObject, Pod } from '../../api/types.ts';
import type { Attributes } from './attributes.ts';

const isPod = ({ kind }: Attributes, _object: AnyObject): _object is AnyObject & Pod =>
  resourceOf(kind) === resourceOf(pods);

/** The pod that is being written, where it is one, has a spec, and the write is to the pod itself. */
export function podOf(attributes: Attributes): Pod | undefined {
  const { object, subresource } = attributes;
  return subresource === '' && object?.spec && isPod(attributes, object) ? object : undefined;
}

/** The pod as it is stored now. */
export function oldPodOf(attributes: Attributes): Pod | undefined {
  const { old } = attributes;
  return old?.spec && isPod(attributes, old) ? old : undefined;
}
