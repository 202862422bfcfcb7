/**
 * A write on its way in, as every step sees it.
 * https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/apiserver/pkg/admission/attributes.go
 */
import { apiVersionOf, type Kind, type Representation, representationOf } from '../../api/kind.ts';
import type { AnyObject, meta } from '../../api/types.ts';
import { internalError } from '../errors.ts';
import type { RequestInfo } from '../request-info.ts';
import type { LetOthersGo } from '../storage.ts';
import type { UserInfo } from '../user.ts';

/** `connect` is a stream: exec, attach, port-forward, proxy. */
export type Operation = 'create' | 'update' | 'delete' | 'connect';

/** CreateOptions, UpdateOptions, PatchOptions or DeleteOptions, whichever the request has. */
export interface WriteOptions extends Readonly<meta.DeleteOptions> {
  readonly fieldManager?: string;
  readonly fieldValidation?: string;
}

export interface Attributes {
  readonly operation: Operation;
  /** Of the resource in the path: of `pods/eviction` it is the pod's. */
  readonly kind: Kind;
  /** '' for the object itself. */
  readonly subresource: string;
  readonly namespace: string;
  /** '' for an object whose name the server is to generate. */
  readonly name: string;
  /**
   * In the stored representation; or what is posted to a subresource (Binding, Eviction, TokenRequest, Scale, the
   * options of a stream). Mutating steps change it or put another in its place. Undefined on deletion.
   */
  object: AnyObject | undefined;
  /** What is stored now, shared: never modify. Undefined on creation, and of what is not stored. */
  readonly old: AnyObject | undefined;
  readonly user: UserInfo;
  readonly options: WriteOptions;
  readonly dryRun: boolean;
  /** Who is to own what is written: the `fieldManager` of the request, else the name of the client's program. */
  readonly fieldManager: string;
  readonly info: RequestInfo;
  /** Collects texts for `Warning` headers. */
  readonly warnings: string[];
  /** A step calls it before it waits for another process. Absent where no other writer waits for this one. */
  readonly letOthersGo?: LetOthersGo | undefined;
}

/** The version of the request. */
export const writtenAs = ({ kind, info }: Pick<Attributes, 'kind' | 'info'>): Representation =>
  representationOf(kind, apiVersionOf(info)) ?? kind.representations[0];

/** As a refusal names it: while there is no generated name yet, what it is generated from. */
export const shownName = ({ metadata }: Pick<AnyObject, 'metadata'>): string =>
  metadata.name || (metadata.generateName ?? '');

/** Throws where a step has left nothing in the place of the object. */
export function objectIn({ object, kind }: Pick<Attributes, 'object' | 'kind'>): AnyObject {
  if (!object) throw internalError(new Error(`a write of ${kind.kind} has lost its object`));
  return object;
}
