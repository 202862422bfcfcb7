import { ageColumn, nameColumn } from '../columns.ts';
import type { Kind } from '../kind.ts';
import type { Node } from '../types.ts';

export const nodes: Kind<Node> = {
  kind: 'Node',
  plural: 'nodes',
  singular: 'node',
  shortNames: ['no'],
  categories: [],
  namespaced: false,
  representations: [{ group: '', version: 'v1', definition: 'io.k8s.api.core.v1.Node' }],
  hasStatus: true,
  hasGeneration: false,
  subresources: [{ name: 'proxy', kind: 'NodeProxyOptions', verbs: ['create', 'delete', 'get', 'patch', 'update'] }],
  columns: [nameColumn, ageColumn],
  fieldSelectors: { 'spec.unschedulable': (node) => String(node.spec.unschedulable ?? false) },
};
