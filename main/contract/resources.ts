/** What an API server serves, and what can be asked of it: resources, rights, tables, schemas. */

/** A resource as the window names it; its version and its kind come from discovery. '' is the core group. */
export interface ResourceRef {
  group: string;
  plural: string;
}

/** What an API server says of one of its resources, in the version that it prefers. */
export interface ServedResource extends ResourceRef {
  version: string;
  kind: string;
  singular: string;
  namespaced: boolean;
  /** What may be asked of it at all, whoever asks: `list`, `watch`, `delete`, ... */
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
  /** Why not, as a sentence that names who may not do what. */
  reason?: string;
}

/** https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables */
export interface TableColumn {
  name: string;
  /** An OpenAPI type (`string`, `integer`, `number`, `boolean`), or `date` in tables of custom resources. */
  type: string;
  format: string;
  description: string;
  /** 0 is always shown; higher ones where there is room. */
  priority: number;
}

export type TableCell = string | number | boolean | null;

export interface Dependents {
  groups: readonly {
    resource: ResourceRef;
    kind: string;
    objects: readonly { name: string; namespace?: string; uid: string; created: string }[];
  }[];
  /** Resources that could not be looked into. */
  unseen: readonly string[];
}

/** An OpenAPI v3 schema, as far as the window reads it. `$ref` names another one of the same document. */
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
