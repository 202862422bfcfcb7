/** The shape of `messages.json`: how Kubernetes objects are laid out in protobuf. */

/** Number, name in JSON, a scalar or the name of a message, and what it is more than a plain value. */
export type Field = [number: number, name: string, type: string, shape?: 'list' | 'map' | 'inline' | 'pointer'];

/** By short name: `core.v1.Pod`, `meta.v1.Time`. */
export type Messages = Record<string, Field[]>;

/**
 * What every object in protobuf begins with.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding
 */
export const magic = Buffer.from('k8s\0');

/** `rbac.authorization.k8s.io/v1` Role is `rbac.v1.Role`; options, statuses and the like are of any group. */
export function messageNameOf(messages: Messages, apiVersion: string, kind: string): string | undefined {
  const [first = '', version] = apiVersion.split('/');
  const name = version === undefined ? `core.${first}.${kind}` : `${first.split('.')[0]}.${version}.${kind}`;
  return [name, `meta.v1.${kind}`].find((each) => Object.hasOwn(messages, each));
}
