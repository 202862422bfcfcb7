/** The shape of `messages.json`: how Kubernetes objects are laid out in protobuf. */

/** Number, name in JSON, a scalar or the name of a message, and what it is more than a plain value. */
export type Field = [number: number, name: string, type: string, shape?: 'list' | 'map' | 'inline' | 'pointer'];

/** By short name: `core.v1.Pod`, `meta.v1.Time`. */
export type Messages = Record<string, Field[]>;
