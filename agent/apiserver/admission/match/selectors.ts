/**
 * Which writes the selectors of a webhook or policy are about.
 * https://github.com/kubernetes/apiserver/tree/release-1.36/pkg/admission/plugin/webhook/predicates
 */
import { namespaces } from '../../../api/core/namespace.ts';
import { type Labels, selects } from '../../../api/selectors.ts';
import type { AnyObject, meta } from '../../../api/types.ts';
import { notFound } from '../../errors.ts';
import type { Storage } from '../../storage.ts';
import type { Attributes } from '../attributes.ts';
import { isNamespace } from './rules.ts';

/** Where namespaces are looked up; a `Cluster` is one. */
export interface Namespaces {
  readonly storage: Pick<Storage, 'find'>;
}

const isEmpty = ({ matchLabels, matchExpressions }: meta.LabelSelector): boolean =>
  Object.keys(matchLabels ?? {}).length === 0 && (matchExpressions ?? []).length === 0;

/** Of a namespace that is created or updated it is the new one. */
function labelsOfNamespace(attributes: Attributes, { storage }: Namespaces): Labels {
  const { operation, subresource, object, namespace, name } = attributes;
  const isWritten = isNamespace(attributes) && subresource === '' && (operation === 'create' || operation === 'update');
  if (isWritten) return object?.metadata.labels;
  const asked = isNamespace(attributes) ? name : namespace;
  const found = storage.find(namespaces, '', asked);
  if (!found) throw notFound(namespaces, asked);
  return found.object.metadata.labels;
}

/** Throws `ApiError` 404 where the namespace does not exist. What is in no namespace is always selected. */
export function isNamespaceSelected(
  selector: meta.LabelSelector = {},
  attributes: Attributes,
  cluster: Namespaces,
): boolean {
  if (attributes.namespace === '' && !isNamespace(attributes)) return true;
  return isEmpty(selector) || selects(selector, labelsOfNamespace(attributes, cluster));
}

/** Whether the selector selects the object as it will be or as it was. What has no labels is not selected by any. */
export function isObjectSelected(selector: meta.LabelSelector = {}, { object, old }: Attributes): boolean {
  if (isEmpty(selector)) return true;
  const isSelected = (each: AnyObject | undefined): boolean =>
    each?.metadata !== undefined && selects(selector, each.metadata.labels);
  return isSelected(object) || isSelected(old);
}
