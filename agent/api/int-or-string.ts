/**
 * Numbers that may be percentages.
 * https://github.com/kubernetes/apimachinery/blob/release-1.36/pkg/util/intstr/intstr.go
 */
export type IntOrString = number | string;

const percentOf = (value: string): number => {
  const match = /^(\d+)%$/.exec(value);
  if (!match) throw new Error(`invalid value for IntOrString: invalid type: string is not a percentage`);
  return Number(match[1]);
};

/** Percentages are of `total` and rounded up. Throws on any other text. */
export const scaledUp = (value: IntOrString, total: number): number =>
  typeof value === 'number' ? value : Math.ceil((percentOf(value) * total) / 100);

/** Percentages are of `total` and rounded down. Throws on any other text. */
export const scaledDown = (value: IntOrString, total: number): number =>
  typeof value === 'number' ? value : Math.floor((percentOf(value) * total) / 100);

export const isPercent = (value: IntOrString | undefined): boolean => typeof value === 'string' && /^\d+%$/.test(value);
