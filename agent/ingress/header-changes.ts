/** Changes headers in place. https://gateway-api.sigs.k8s.io/reference/spec/#httpheaderfilter */
import type { HeaderChanges } from './table.ts';

export type Headers = Record<string, string | string[] | undefined>;

const added = (old: string | string[] | undefined, value: string): string | string[] => {
  if (old === undefined) return value;
  return Array.isArray(old) ? [...old, value] : `${old},${value}`;
};

export function changeHeaders(headers: Headers, changes: readonly HeaderChanges[]): void {
  for (const { remove, set, add } of changes) {
    for (const name of remove) delete headers[name];
    for (const [name, value] of set) headers[name] = value;
    for (const [name, value] of add) headers[name] = added(headers[name], value);
  }
}
