import { pods } from '../../api/core/pod.ts';
import type { Kind } from '../../api/kind.ts';
import { resourceOf } from '../../api/kind.ts';
import type { AnyObject, Pod } from '../../api/types.ts';
import type { Write } from '../core.ts';

const isPod = (kind: Kind, _object: AnyObject): _object is AnyObject & Pod => resourceOf(kind) === resourceOf(pods);

/** The pod that is being written, where it is one and the write is to the pod itself. */
export const podOf = ({ kind, object, subresource }: Write): Pod | undefined =>
  subresource === '' && isPod(kind, object) && object.spec ? object : undefined;
