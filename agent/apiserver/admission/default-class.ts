/** Which of several classes an object gets that names none. */
import type { Kind } from '../../api/kind.ts';
import type { AnyObject, KubeObject } from '../../api/types.ts';
import type { State } from '../state/state.ts';

const newestFirst = ({ metadata: left }: KubeObject, { metadata: right }: KubeObject): number => {
  if (left.creationTimestamp !== right.creationTimestamp) {
    return left.creationTimestamp < right.creationTimestamp ? 1 : -1;
  }
  return left.name < right.name ? -1 : 1;
};

/**
 * The newest of those that are marked as the default, of two of the same second the first by name.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/volume/util/storageclass.go (GetDefaultClass)
 */
export function defaultClass(
  state: State,
  kind: Kind,
  isDefault: (object: AnyObject) => boolean,
): AnyObject | undefined {
  const marked: AnyObject[] = [];
  for (const { object } of state.of(kind).objects.list('')) if (isDefault(object)) marked.push(object);
  return marked.sort(newestFirst)[0];
}
