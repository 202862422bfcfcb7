/** An object in the version of the hub, whose name the kind says. */
export interface Computed {
  metadata: { name: string; namespace?: string };
  [field: string]: unknown;
}
