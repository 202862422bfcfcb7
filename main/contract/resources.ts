/** What an API server serves and what the window asks about it: resources, rights, tables, schemas. */

/** A resource as the window names it; discovery adds its version and its kind. Group '' is the core group. */
export interface ResourceRef {
  group: string;
  plural: string;
}

/** What an API server says about one of its resources, in the version that it prefers. */
export interface ServedResource extends ResourceRef {
  version: string;
  kind: string;
  singular: string;
  namespaced: boolean;
  /** Verbs that the server supports for the resource, whoever asks: `list`, `watch`, `delete`, ... */
  verbs: readonly string[];
  shortNames: readonly string[];
  categories: readonly string[];
  /** `status`, `scale`, `log`, ... */
  subresources: readonly string[];
}

export interface ServedResources {
  resources: readonly ServedResource[];
  /** `GROUP/VERSION` of the aggregated APIs that do not answer now. */
  silent: readonly string[];
}

/** https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/self-subject-access-review-v1/ */
export interface AccessQuestion {
  resource: ResourceRef;
  verb: string;
  subresource?: string;
  namespace?: string;
  name?: string;
}

export interface AccessAnswer {
  allowed: boolean;
  /** A sentence that says who may not do what, and why. */
  reason?: string;
}

/** https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables */
export interface TableColumn {
  name: string;
  /** An OpenAPI type (`string`, `integer`, `number`, `boolean`), or `date` in tables of custom resources. */
  type: string;
  format: string;
  description: string;
  /** 0 is always shown; a column with a higher number is shown if there is room. */
  priority: number;
}

/**
 * Maps and lists are allowed too:
 * https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#tablerow-v1-meta
 */
export type TableCell = string | number | boolean | null | readonly unknown[] | Readonly<Record<string, unknown>>;

export interface Dependents {
  groups: readonly {
    resource: ResourceRef;
    kind: string;
    objects: readonly { name: string; namespace?: string; uid: string; created: string }[];
  }[];
  /** Resources that Skiff could not search. */
  unseen: readonly string[];
}

/** The part of an OpenAPI v3 schema that the window reads. `$ref` names another schema of the same document. */
export interface FieldSchema {
  type?: string;
  format?: string;
  description?: string;
  $ref?: string;
  properties?: Readonly<Record<string, FieldSchema>>;
  additionalProperties?: FieldSchema;
  items?: FieldSchema;
  enum?: readonly unknown[];
  required?: readonly string[];
}

export interface ResourceSchema {
  root: FieldSchema;
  definitions: Readonly<Record<string, FieldSchema>>;
}
