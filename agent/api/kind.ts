/**
 * The one declaration per kind. Discovery, OpenAPI, tables, storage keys, validation, strategic merge, and the window's
 * generic views are all derived from it; adding a kind means adding one file that exports one of these (plus its test).
 */
import type { AnyObject, KubeObject } from './types.ts';

/** One group/version under which a kind is served. The first of a kind is the one that is stored. */
export interface Representation {
  /** '' is the core group. */
  group: string;
  version: string;
  /** Name of the OpenAPI definition, e.g. `io.k8s.api.core.v1.Pod`. */
  definition: string;
  /** Set where a version is deprecated: every answer has this `Warning` text. */
  warning?: string;
  /**
   * What this version calls the fields that its objects can be selected by, each with its name in `fieldSelectors`; absent
   * where it calls them the same.
   */
  fieldLabels?: Readonly<Record<string, string>>;
  /** Listed without short names and categories: only who names the version gets it. */
  retired?: boolean;
  /** Into and out of the stored representation; absent where the shapes are the same. Must not modify their argument. */
  toStored?(object: AnyObject): AnyObject;
  fromStored?(object: AnyObject): AnyObject;
}

/** https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables */
export interface PrinterColumn<T extends KubeObject = KubeObject> {
  name: string;
  type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  format?: string;
  description: string;
  /** 0: always shown; 1: with `-o wide`. */
  priority: 0 | 1;
  /** `now` is in milliseconds since the epoch, for ages. */
  value(object: T, now: number): string | number | boolean;
}

/** A failed validation, worded as upstream words it: `spec.ports[0].port: Invalid value: 0: must be between 1 and 65535`. */
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

/** JSON paths (dotted, as in upstream CRDs) of the scale subresource. */
export interface ScalePaths {
  specReplicas: string;
  statusReplicas: string;
  selector: string;
}

/** As a method, so that `Kind<Pod>` is assignable to `Kind<KubeObject>` (methods are compared bivariantly). */
export type FieldReader<T extends KubeObject = KubeObject> = { read(object: T): string }['read'];

export interface Kind<T extends KubeObject = KubeObject> {
  kind: string;
  plural: string;
  singular: string;
  shortNames: readonly string[];
  categories: readonly string[];
  namespaced: boolean;
  representations: readonly [Representation, ...Representation[]];
  /** Verbs where not all of them: create delete deletecollection get list patch update watch. */
  verbs?: readonly string[];
  /** `status` splits writes: the main resource ignores `.status`, the subresource ignores everything else. */
  hasStatus: boolean;
  /** A PUT to a name that does not exist creates the object. */
  createOnUpdate?: boolean;
  scale?: ScalePaths;
  /** Other subresources for discovery, e.g. `{ name: 'log', kind: 'Pod', verbs: ['get'] }`. */
  subresources?: readonly { name: string; kind: string; group?: string; version?: string; verbs: readonly string[] }[];
  columns: readonly PrinterColumn<T>[];
  /** Field selectors beyond metadata.name and metadata.namespace. */
  fieldSelectors: Readonly<Record<string, FieldReader<T>>>;
  /** Increment metadata.generation when anything but metadata and status changes. */
  hasGeneration: boolean;
  /** Fills defaults in place; idempotent; pure otherwise. */
  default?(object: T): void;
  /** What creation resets or fills in place (e.g. status), after defaulting. */
  prepareForCreate?(object: T): void;
  /**
   * What an update of the object itself may not change silently: restores it in place. `old` is the stored object, shared:
   * never modify.
   */
  prepareForUpdate?(object: T, old: T): void;
  /** The same for a write to `status`, which leaves alone all but metadata and status anyway. */
  prepareForStatusUpdate?(object: T, old: T): void;
  /** Beyond schema and metadata. `old` is given on update. */
  validate?(object: T, old?: T): FieldError[];
  /** Texts for `Warning` headers about an object that is valid. `old` is given on update. */
  warn?(object: T, old?: T): string[];
  /** Seconds of grace where a delete names none; absent means the object goes at once. */
  gracePeriodSeconds?(object: T): number;
}

export const apiVersionOf = (representation: Pick<Representation, 'group' | 'version'>): string =>
  representation.group ? `${representation.group}/${representation.version}` : representation.version;

/** The name in error messages and storage keys: `pods`, `deployments.apps`. */
export const resourceOf = (kind: Pick<Kind, 'plural' | 'representations'>): string => {
  const { group } = kind.representations[0];
  return group ? `${kind.plural}.${group}` : kind.plural;
};
