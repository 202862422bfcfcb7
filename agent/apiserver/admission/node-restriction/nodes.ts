/** A node writes itself alone, and neither its taints nor the labels that workloads are steered by. */
import { isEqual } from '../../../api/json/value.ts';
import { type Check, quoted, refused } from './asked.ts';
import { forbiddenLabels } from './labels.ts';

const checkCreation: Check = (asked) => {
  const { object } = asked.attributes;
  const node = quoted(asked.nodeName);
  if (object?.spec?.configSource) {
    throw refused(asked, `node ${node} is not allowed to create pods with a non-nil configSource`);
  }
  const labels = forbiddenLabels(object?.metadata.labels);
  if (labels.length === 0) return;
  throw refused(asked, `node ${node} is not allowed to set the following labels: ${labels.join(', ')}`);
};

const checkUpdate: Check = (asked) => {
  const { object, old } = asked.attributes;
  const node = quoted(asked.nodeName);
  const { configSource, taints } = object?.spec ?? {};
  if (configSource && !isEqual(configSource, old?.spec?.configSource)) {
    throw refused(asked, `node ${node} is not allowed to update configSource to a new non-nil configSource`);
  }
  if (!isEqual(taints ?? [], old?.spec?.taints ?? [])) {
    throw refused(asked, `node ${node} is not allowed to modify taints`);
  }
  const labels = forbiddenLabels(object?.metadata.labels, old?.metadata.labels);
  if (labels.length > 0) throw refused(asked, `is not allowed to modify labels: ${labels.join(', ')}`);
};

export const checkNode: Check = (asked) => {
  const { operation, name } = asked.attributes;
  if (name !== asked.nodeName) {
    throw refused(asked, `node ${quoted(asked.nodeName)} is not allowed to modify node ${quoted(name)}`);
  }
  if (operation === 'create') checkCreation(asked);
  if (operation === 'update') checkUpdate(asked);
};
