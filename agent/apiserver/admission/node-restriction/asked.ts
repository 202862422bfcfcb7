/** A write of a node, and its refusal. */
import { pods } from '../../../api/core/pod.ts';
import type { ApiError } from '../../../api/errors.ts';
import type { AnyObject, Pod } from '../../../api/types.ts';
import { forbidden } from '../../errors.ts';
import type { Attributes } from '../attributes.ts';
import type { Cluster } from '../step.ts';

export interface Asked {
  attributes: Attributes;
  cluster: Cluster;
  /** Who writes. */
  nodeName: string;
}

/** Throws `ApiError` where the node may not do it. */
export type Check = (asked: Asked) => void;

export const refused = ({ attributes: { kind, name } }: Asked, reason: string): ApiError =>
  forbidden(kind, name, reason);

/** As Go prints it with %q. */
export const quoted = (text: unknown): string => JSON.stringify(text);

/** Throws `ApiError` 404 where there is none. */
export const storedPod = ({ cluster, attributes: { namespace } }: Asked, name: string): Pod =>
  cluster.storage.get(pods, namespace, name).object as AnyObject & Pod;
