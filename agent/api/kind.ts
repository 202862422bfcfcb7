/**
 * The one declaration per kind. Discovery, OpenAPI, tables, storage keys, validation, strategic merge, and the window's
 * generic views are all derived from it; adding a kind means adding one file that exports one of these (plus its test).
 * `defineKind` makes one from what is particular to it. Generic code asks the declaration and never a kind's name.
 */
import type { Steps } from './json/steps.ts';
import type { Schema } from './schema/schema.ts';
import type { AnyObject, admissionregistration, KubeObject } from './types.ts';

/** What rules have against an object. */
export interface Verdict {
  readonly errors: readonly FieldError[];
  /** What is no longer right but has not changed: told in `Warning` headers. */
  readonly warnings: readonly FieldError[];
}

/** JSON paths (dotted, as in upstream CRDs) of the scale subresource. */
export interface ScalePaths {
  specReplicas: string;
  statusReplicas: string;
  /** Absent where a custom resource has none. */
  selector?: string;
}

/** The parts of an object that have paths of their own. */
export interface Parts {
  /** It splits writes: the main resource ignores `.status`, the subresource ignores everything else. */
  status: boolean;
  scale?: ScalePaths;
}

/** One group and version of a kind. The first of a kind is its hub: what the declaration's functions see. */
export interface Representation {
  /** '' is the core group. */
  group: string;
  version: string;
  /** Name of the OpenAPI definition, e.g. `io.k8s.api.core.v1.Pod`. */
  definition: string;
  /**
   * What the definition says, where it is none of the generated ones: a custom resource's. Metadata may be left out.
   */
  schema?: Schema;
  /** Set where a version is deprecated: every answer has this `Warning` text. */
  warning?: string;
  /**
   * What this version calls the fields that its objects can be selected by, each with its name in `fieldSelectors`;
   * absent where it calls them the same.
   */
  fieldLabels?: Readonly<Record<string, string>>;
  /** What objects can be selected by in this version, reading its own shape; absent: what the kind says. */
  fieldSelectors?: Readonly<Record<string, FieldReader>>;
  /** Listed without short names and categories: only who names the version gets it. */
  retired?: boolean;
  /** False: what the store holds in this version is read, but no path and no discovery has it. */
  served?: boolean;
  /** Fills defaults of this version's own in place, in its own shape; the kind's defaults fill what is left. */
  default?(object: AnyObject): void;
  /** A deletion that says nothing of dependents lets them live: what upstream promised the clients of old versions. */
  orphansByDefault?: boolean;
  /** Into and out of the hub; absent where the shapes are the same. Must not modify their argument. */
  toHub?(object: AnyObject): AnyObject;
  fromHub?(object: AnyObject): AnyObject;
  /**
   * Rules for what is written in this version, beside the kind's. They see the hub's shape; `old` is given on update.
   */
  validate?(object: KubeObject, old?: KubeObject): FieldError[];
  /**
   * What its rules need, loaded before an object is validated; undefined: they need nothing, or it is there already.
   */
  load?(object: KubeObject): Promise<void> | undefined;
  /** More rules, which may take their time: they work in steps. `found`: what all others have against the object. */
  judge?(object: KubeObject, old: KubeObject | undefined, found: readonly FieldError[]): Steps<Verdict>;
  /** Paths that this version has; absent: those of the kind. */
  parts?: Parts;
  /** What creation in this version resets, beside what the kind does. It sees the hub's shape. */
  prepareForCreate?(object: AnyObject): void;
  /** Of this version, reading its own shape; absent: those of the kind. */
  columns?: readonly PrinterColumn<AnyObject>[];
}

/** https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables */
export interface PrinterColumn<T extends KubeObject = KubeObject> {
  name: string;
  type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  format?: string;
  description: string;
  /** 0: always shown; 1: with `-o wide`. */
  priority: 0 | 1;
  /** Null where there is nothing to show. `now` is in milliseconds since the epoch, for ages. */
  value(object: T, now: number): string | number | boolean | null;
}

/**
 * A failed validation, worded as upstream words it: `spec.ports[0].port: Invalid value: 0: must be between 1 and
 * 65535`.
 */
export interface FieldError {
  type:
    | 'Required'
    | 'Invalid'
    | 'NotSupported'
    | 'Duplicate'
    | 'Forbidden'
    | 'TooLong'
    | 'TooMany'
    | 'NotFound'
    | 'TypeInvalid';
  field: string;
  value?: unknown;
  detail: string;
}

/** A server of the user's that knows how the versions of a kind relate. */
export interface WebhookConversion {
  config: admissionregistration.WebhookClientConfig;
  /** Of ConversionReview, the preferred first. */
  reviewVersions: readonly string[];
}

export type PodStream = 'log' | 'exec' | 'attach' | 'portforward';
export type Stream = PodStream | 'podProxy' | 'nodeProxy' | 'serviceProxy';

/** What a path has after the name of an object. */
export interface Subresource {
  name: string;
  /** Of the body and the answer; together with group and version, which default to those of the representation. */
  kind: string;
  group?: string;
  version?: string;
  verbs: readonly string[];
  /** Set where it is the object itself: writes change these fields of its spec alone, or all of it but the status. */
  specFields?: 'all' | readonly string[];
  /** Set where it is the object itself: writes change its metadata and these fields of its status alone. */
  statusFields?: readonly string[];
  /** Set where requests are not answered but passed on to a kubelet, a pod or a service. */
  stream?: Stream;
  /** Of writes through it, instead of the kind's own validation; `old` is what is stored. */
  validate?(object: KubeObject, old: KubeObject): FieldError[];
}

/** A write, for what a kind puts on record by itself. */
export interface Writing<T extends KubeObject = KubeObject> {
  user: {
    username: string;
    groups: readonly string[];
    uid?: string;
    extra?: Readonly<Record<string, readonly string[]>>;
  };
  /** RFC 3339, seconds. */
  now: string;
  /** '' for the object itself. */
  subresource: string;
  /** What is stored now, shared: never modify. Undefined on creation. */
  old: T | undefined;
}

/** As a method, so that a rule for one kind is assignable to a rule for any. */
export type Validator<T extends KubeObject = KubeObject> = { check(object: T, old: T): FieldError[] }['check'];

/** As a method, so that `Kind<Pod>` is assignable to `Kind<KubeObject>` (methods are compared bivariantly). */
export type FieldReader<T extends KubeObject = KubeObject> = { read(object: T): string }['read'];

export interface Kind<T extends KubeObject = KubeObject> {
  kind: string;
  plural: string;
  singular: string;
  shortNames: readonly string[];
  categories: readonly string[];
  namespaced: boolean;
  /** The first is the hub. Its group names the resource in errors, metrics and the store, whatever `storage` says. */
  representations: readonly [Representation, ...Representation[]];
  /** The apiVersion in which objects are written to the store; absent: the hub's. Others are still read. */
  storage?: string;
  /** The apiVersion that discovery names first in its group; absent: upstream's order, v2 before v1 before v1beta1. */
  preferred?: string;
  /** Set where `toHub` and `fromHub` of the representations do not count: see agent/apiserver/conversion. */
  conversion?: WebhookConversion;
  /** Of lists, where it is not the kind with `List` behind it. */
  listKind?: string;
  /** Verbs where not all of them: create delete deletecollection get list patch update watch. */
  verbs?: readonly string[];
  /** See `Parts`. A version may differ, as one of a custom resource does: ask `partsOf`. */
  hasStatus: boolean;
  /** A PUT to a name that does not exist creates the object. */
  createOnUpdate?: boolean;
  /** A PUT must name the revision that it replaces. */
  needsRevision?: boolean;
  scale?: ScalePaths;
  /** Beside `status` and `scale`, e.g. `{ name: 'log', kind: 'Pod', verbs: ['get'], stream: 'log' }`. */
  subresources?: readonly Subresource[];
  columns: readonly PrinterColumn<T>[];
  /** Of the rows of a table; absent: as in any list. */
  tableOrder?(left: T, right: T): number;
  /** Field selectors beyond metadata.name and metadata.namespace. */
  fieldSelectors: Readonly<Record<string, FieldReader<T>>>;
  /** Increment metadata.generation when anything but metadata and status changes. */
  hasGeneration: boolean;
  /** What of the metadata counts as well, but for writes to `status`. */
  generationCounts?: readonly ('annotations' | 'labels')[];
  /** Problems with a name, in upstream's words; absent: a name must be a DNS subdomain. */
  checkName?(name: string): string[];
  /** What a deletion that takes effect at once answers: the object as it was, or (by default) a Status. */
  deletionAnswer?: 'object' | 'status';
  /** What holds a deleted object beside the finalizers of its metadata. */
  heldBy?(object: T): readonly string[];
  /** What else changes in place when an object that is held, or has a grace, is marked as being deleted. */
  prepareForDeletion?(object: T): void;
  /** When the server removes the object by itself, in milliseconds since the epoch; undefined: never. */
  expiresAt?(object: T): number | undefined;
  /** Another server serves and stores it; this one only passes requests on. */
  isRemote?: boolean;
  /**
   * What is posted is answered and never stored: it goes through admission, but policies, quotas and the state of its
   * namespace do not concern it.
   */
  isUnstored?: boolean;
  /** False: it neither owns nor is owned; the garbage collector leaves it alone. */
  ownership?: boolean;
  /** Finalizers need no domain; upstream asks for one where core's validation of metadata is used. */
  anyFinalizer?: boolean;
  /** Items of lists and members of maps in one object, its `managedFields` aside; absent: see `api/json/limits.ts`. */
  mostValues?: number;
  /** Fills defaults in place; idempotent; pure otherwise. */
  default?(object: T): void;
  /** What creation resets or fills in place (e.g. status), after defaulting. May add texts for `Warning` headers. */
  prepareForCreate?(object: T, warnings: string[]): void;
  /**
   * What an update of the object itself may not change silently: restores it in place. `old` is the stored object,
   * shared: never modify.
   */
  prepareForUpdate?(object: T, old: T): void;
  /** The same for a write to `status`, which leaves alone all but metadata and status anyway. */
  prepareForStatusUpdate?(object: T, old: T): void;
  /** What of it no other object of the kind may have at the same time, such as an address. Pure. */
  claims?(object: T): readonly string[];
  /** Puts on record, in place, who writes or when: the last part of the strategy, of every write to the kind. */
  stamp?(object: T, writing: Writing<T>): void;
  /** Beyond schema and metadata. `old` is given on update. */
  validate?(object: T, old?: T): FieldError[];
  /** The same for a write to `status`; absent: as for the object itself. */
  validateStatus?(object: T, old: T): FieldError[];
  /** Texts for `Warning` headers about an object that is valid. `old` is given on update. */
  warn?(object: T, old?: T): string[];
  /** The same about a deletion that says nothing of dependents. */
  warnOfOrphans?: string;
  /** Seconds of grace where a delete names none; absent means the object goes at once. */
  gracePeriodSeconds?(object: T): number;
}

/** Of a subresource that is the object itself, seen in part. */
export const partVerbs: readonly string[] = ['get', 'patch', 'update'];
/** Of one that passes any request on. */
export const proxyVerbs: readonly string[] = ['create', 'delete', 'get', 'patch', 'update'];

export const apiVersionOf = (representation: Pick<Representation, 'group' | 'version'>): string =>
  representation.group ? `${representation.group}/${representation.version}` : representation.version;

/** The name in error messages and storage keys: `pods`, `deployments.apps`. */
export const resourceOf = (kind: Pick<Kind, 'plural' | 'representations'>): string => {
  const { group } = kind.representations[0];
  return group ? `${kind.plural}.${group}` : kind.plural;
};

/** What one version of a kind has beside the object itself. */
export const partsOf = (
  { hasStatus, scale }: Pick<Kind, 'hasStatus' | 'scale'>,
  { parts }: Pick<Representation, 'parts'>,
): Parts => parts ?? { status: hasStatus, ...(scale ? { scale } : {}) };

export const listKindOf = ({ kind, listKind }: Pick<Kind, 'kind' | 'listKind'>): string => listKind ?? `${kind}List`;

export const isServed = ({ served = true }: Representation): boolean => served;

export const servedRepresentations = ({ representations }: Kind): readonly Representation[] =>
  representations.filter(isServed);

/** The representation of this apiVersion, served or not. */
export const representationOf = ({ representations }: Kind, apiVersion: string): Representation | undefined =>
  representations.find((each) => apiVersionOf(each) === apiVersion);

/**
 * The representation in which objects of the kind are written. Throws where the kind names one that it does not have.
 */
export function storageOf(kind: Kind): Representation {
  const { storage, representations } = kind;
  const found = storage === undefined ? representations[0] : representationOf(kind, storage);
  if (!found) throw new Error(`${resourceOf(kind)} has no version ${storage} to store`);
  return found;
}
