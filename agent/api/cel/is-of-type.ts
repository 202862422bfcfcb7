import { isMap, typeNameOf } from './operations.ts';
import type { Type } from './types.ts';
import { ConstructedValue, List, ObjectValue, OpaqueValue, Optional, TypeValue, type Value } from './values.ts';

/** Whether a function that takes the type takes the value. What lists, maps and optionals have inside is not asked. */
export function isOfType(value: Value, type: Type): boolean {
  switch (type.kind) {
    case 'dyn':
    case 'parameter':
      return true;
    case 'null':
      return value === null;
    case 'list':
      return value instanceof List;
    case 'map':
      return isMap(value);
    case 'optional':
      return value instanceof Optional;
    case 'type':
      return value instanceof TypeValue;
    case 'object':
      return (value instanceof ObjectValue || value instanceof ConstructedValue) && typeNameOf(value) === type.name;
    case 'opaque':
      return value instanceof OpaqueValue && value.typeName === type.name;
    case 'timestamp':
      return typeNameOf(value) === 'google.protobuf.Timestamp';
    case 'duration':
      return typeNameOf(value) === 'google.protobuf.Duration';
    default:
      return typeNameOf(value) === type.kind;
  }
}
