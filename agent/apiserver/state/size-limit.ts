/**
 * How much one object may be. Upstream's API server has no limit of its own; the store behind it takes requests of 1.5
 * MiB (`--max-request-bytes`), and the refusal reaches the client as it is, with the code of an unknown error.
 * https://etcd.io/docs/v3.6/dev-guide/limit/ and https://github.com/kubernetes/kubernetes/issues/112152
 */
import { ApiError } from '../../api/errors.ts';
import type { Kind } from '../../api/kind.ts';
import { encodedSize } from '../../api/schema/encoded-size.ts';
import type { SchemaProvider } from '../../api/schema/provider.ts';
import type { AnyObject } from '../../api/types.ts';

/** Bytes. */
const limit = 1.5 * 2 ** 20;

/**
 * Throws `ApiError` 500 where upstream's store would not take the object, in the shape of the hub, that is `bytes` in
 * ours.
 */
export type CheckSize = (kind: Kind, object: AnyObject, bytes: Uint8Array) => void;

const tooLarge = (): ApiError => new ApiError(500, '', 'etcdserver: request is too large');

/** Upstream keeps built-in kinds as protobuf, and those that bring a schema of their own as JSON. */
export const createSizeCheck =
  (schemas: SchemaProvider): CheckSize =>
  (kind, object, bytes) => {
    if (bytes.length <= limit) return;
    const schema = schemas.schemaOf(kind.representations[0]);
    if (!schema || schema.isOwn) throw tooLarge();
    if (encodedSize(schema.definitions, schema.root, object) > limit) throw tooLarge();
  };
