import { rbacGroup } from '../../../api/rbac/group.ts';
import type { rbac } from '../../../api/types.ts';

export const user = (name: string): rbac.Subject => ({ apiGroup: rbacGroup, kind: 'User', name });
export const group = (name: string): rbac.Subject => ({ apiGroup: rbacGroup, kind: 'Group', name });
export const account = (namespace: string, name: string): rbac.Subject => ({
  kind: 'ServiceAccount',
  name,
  namespace,
});
