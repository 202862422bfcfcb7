/** The labels that an update may not change where a node writes itself. */
import { isForbiddenToNodes } from '../../../api/core/kubelet-labels.ts';

type Labels = Readonly<Record<string, string>>;

/** Sorted; of those that were added, changed or removed. */
export function forbiddenLabels(labels: Labels = {}, before: Labels = {}): string[] {
  const all = new Set([...Object.keys(labels), ...Object.keys(before)]);
  return [...all].filter((label) => labels[label] !== before[label] && isForbiddenToNodes(label)).sort();
}
