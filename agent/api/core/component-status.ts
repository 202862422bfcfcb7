import { column, nameColumn } from '../columns.ts';
import { defineKind } from '../define-kind.ts';
import type { ComponentStatus } from '../types.ts';

const healthOf = ({ conditions = [] }: ComponentStatus) => conditions.find(({ type }) => type === 'Healthy');

const words: Readonly<Record<string, string>> = { True: 'Healthy', False: 'Unhealthy' };

/** Read only: the server asks the parts of the control plane whenever somebody asks it. */
export const componentStatuses = defineKind<ComponentStatus>({
  kind: 'ComponentStatus',
  plural: 'componentstatuses',
  shortNames: ['cs'],
  namespaced: false,
  ownership: false,
  verbs: ['get', 'list'],
  representations: [
    {
      group: '',
      version: 'v1',
      definition: 'io.k8s.api.core.v1.ComponentStatus',
      warning: 'v1 ComponentStatus is deprecated in v1.19+',
    },
  ],
  columns: [
    nameColumn,
    column(
      'Status',
      'Whether the component is healthy.',
      (object) => words[healthOf(object)?.status ?? ''] ?? 'Unknown',
    ),
    column('Message', 'What the component says of its health.', (object) => healthOf(object)?.message ?? ''),
    column('Error', 'Why nothing is known of its health.', (object) => healthOf(object)?.error ?? ''),
  ],
});
