/** What can be changed in a kubeconfig, as data. */
export type Section = 'clusters' | 'contexts' | 'users';
export const sections: Section[] = ['clusters', 'contexts', 'users'];

export interface NamedEntry {
  name: string;
  [field: string]: unknown;
}

export type Edit =
  | { type: 'put'; section: Section; entry: NamedEntry }
  | { type: 'remove'; section: Section; name: string }
  | { type: 'current'; context: string };
