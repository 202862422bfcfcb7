/** The shape of the generated definitions: OpenAPI schemas with references by bare definition name. */

export interface GroupVersionKind {
  group: string;
  version: string;
  kind: string;
}

/** https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation-rules */
export interface ValidationRule {
  rule: string;
  message?: string;
  messageExpression?: string;
  reason?: string;
  fieldPath?: string;
  optionalOldSelf?: boolean;
}

export interface Schema {
  /** Name of another definition, e.g. `io.k8s.api.core.v1.PodSpec`. */
  $ref?: string;
  type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  format?: string;
  description?: string;
  enum?: unknown[];
  title?: string;
  maximum?: number;
  exclusiveMaximum?: boolean;
  minimum?: number;
  exclusiveMinimum?: boolean;
  multipleOf?: number;
  /** Characters. */
  maxLength?: number;
  minLength?: number;
  /** As RE2 has it. */
  pattern?: string;
  maxItems?: number;
  minItems?: number;
  uniqueItems?: boolean;
  maxProperties?: number;
  minProperties?: number;
  allOf?: Schema[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  not?: Schema;
  /** Null is a value like any other. Of custom resources only, as is `default`. */
  nullable?: boolean;
  default?: unknown;
  required?: string[];
  /**
   * Fields that upstream's encoder writes even where they are zero, if these are not the required ones: they are the
   * fields without `omitempty`. Not part of the OpenAPI documents.
   */
  written?: string[];
  /**
   * Fields that hold a struct itself and no pointer to one: in upstream they are never absent. Not part of OpenAPI
   * either.
   */
  structs?: string[];
  /**
   * Fields that hold a time itself and no pointer to one: JSON has null where none is set. Not part of OpenAPI either.
   */
  times?: string[];
  properties?: Record<string, Schema>;
  items?: Schema;
  /** `true` is written as the empty schema. */
  additionalProperties?: Schema;
  /** Comma-separated: `merge`, `retainKeys`, `merge,retainKeys`. */
  'x-kubernetes-patch-strategy'?: string;
  'x-kubernetes-patch-merge-key'?: string;
  'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map';
  'x-kubernetes-list-map-keys'?: string[];
  'x-kubernetes-map-type'?: 'atomic' | 'granular';
  'x-kubernetes-int-or-string'?: boolean;
  'x-kubernetes-preserve-unknown-fields'?: boolean;
  /** The object is a resource: it has a version, a kind and metadata. */
  'x-kubernetes-embedded-resource'?: boolean;
  /** Rules in CEL. */
  'x-kubernetes-validations'?: ValidationRule[];
  'x-kubernetes-group-version-kind'?: GroupVersionKind[];
}

export type Definitions = Readonly<Record<string, Schema>>;

/** Documentation by definition: `''` is the definition's own, the others are its properties'. */
export type Descriptions = Readonly<Record<string, Readonly<Record<string, string>>>>;

export const objectMetaDefinition = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';
export const timeDefinition = 'io.k8s.apimachinery.pkg.apis.meta.v1.Time';
export const microTimeDefinition = 'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime';
export const quantityDefinition = 'io.k8s.apimachinery.pkg.api.resource.Quantity';
export const intOrStringDefinition = 'io.k8s.apimachinery.pkg.util.intstr.IntOrString';

/** The definition behind a reference, else the schema itself. */
export const resolve = (definitions: Definitions, schema: Schema | undefined): Schema | undefined =>
  schema?.$ref ? definitions[schema.$ref] : schema;
