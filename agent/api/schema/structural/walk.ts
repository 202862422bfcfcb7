/** How the parts of a value find their schemas, and how their places are named. */
import type { Schema } from '../schema.ts';

/** The schema of a field of an object; undefined where the field is not specified. */
export const fieldSchema = (schema: Schema | undefined, key: string): Schema | undefined =>
  schema?.properties && Object.hasOwn(schema.properties, key) ? schema.properties[key] : schema?.additionalProperties;

export const childPath = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);
export const itemPath = (path: string, index: number): string => `${path}[${index}]`;
