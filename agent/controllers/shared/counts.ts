/**
 * Writes a status like upstream's types (`omitempty`): leaves out counts of zero, except those that are always present.
 * https://github.com/kubernetes/api/blob/release-1.36/apps/v1/types.go
 */
export const withoutZeros = <T extends object>(status: T, always: readonly (keyof T & string)[] = []): T => {
  const kept: readonly string[] = always;
  return Object.fromEntries(Object.entries(status).filter(([name, value]) => value !== 0 || kept.includes(name))) as T;
};
