/**
 * Arithmetic on amounts of resources.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/quota/v1/resources.go
 */
import { own, setOwn } from '../own.ts';
import { addQuantities, compareQuantities, formatQuantity, parseQuantity } from '../quantity.ts';

/** Quantities by the names of resources. */
export type Amounts = Readonly<Record<string, string>>;

const fromEntries = (entries: Iterable<readonly [string, string]>): Amounts => {
  const amounts: Record<string, string> = {};
  for (const [name, amount] of entries) setOwn(amounts, name, amount);
  return amounts;
};

export function add(left: Amounts, right: Amounts): Amounts {
  const sum: Record<string, string> = { ...left };
  for (const [name, amount] of Object.entries(right)) {
    const present = own(left, name);
    setOwn(sum, name, present === undefined ? amount : addQuantities(present, amount));
  }
  return sum;
}

function difference(left: string, right: string): string {
  const [from, less] = [parseQuantity(left), parseQuantity(right)];
  const nano = from.nano - less.nano;
  return nano > 0n ? formatQuantity({ nano, format: from.format }) : '0';
}

/** What `left` has more than `right`; nothing becomes negative. */
export const increase = (left: Amounts, right: Amounts): Amounts =>
  fromEntries(Object.entries(left).map(([name, amount]) => [name, difference(amount, own(right, name) ?? '0')]));

export const only = (amounts: Amounts, isWanted: (name: string) => boolean): Amounts =>
  fromEntries(Object.entries(amounts).filter(([name]) => isWanted(name)));

export const withoutZeros = (amounts: Amounts): Amounts =>
  fromEntries(Object.entries(amounts).filter(([, amount]) => compareQuantities(amount, '0') !== 0));

export const isEmpty = (amounts: Amounts): boolean => Object.keys(amounts).length === 0;

export const negativeIn = (amounts: Amounts): string[] =>
  Object.keys(amounts).filter((name) => compareQuantities(own(amounts, name) ?? '0', '0') < 0);

/** The names of what is more than `most` allows. */
export const exceeding = (amounts: Amounts, most: Amounts): string[] =>
  Object.keys(most).filter((name) => compareQuantities(own(amounts, name) ?? '0', own(most, name) ?? '0') > 0);

export const isSame = (left: Amounts, right: Amounts): boolean => {
  const names = Object.keys(left);
  if (names.length !== Object.keys(right).length) return false;
  return names.every((name) => {
    const other = own(right, name);
    return other !== undefined && compareQuantities(own(left, name) ?? '0', other) === 0;
  });
};

/** `cpu=1,memory=1Gi`, as errors name amounts. */
export const shownAmounts = (amounts: Amounts): string =>
  Object.entries(amounts)
    .map(([name, amount]) => `${name}=${formatQuantity(parseQuantity(amount))}`)
    .sort()
    .join(',');
