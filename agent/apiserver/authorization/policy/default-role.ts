import type { PolicyRule } from '../authorizer.ts';

/** A default role, without what all of them have in common (`default-policy.ts`). */
export interface DefaultRole {
  name: string;
  rules: readonly PolicyRule[];
  labels?: Readonly<Record<string, string>>;
  /** The label of the cluster roles whose rules it gathers. */
  gathers?: string;
}
