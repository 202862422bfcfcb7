/**
 * How many requests each priority level may have under way. Pure.
 * https://kubernetes.io/docs/concepts/cluster-administration/flow-control/#prioritylevelconfiguration
 */
import type { PriorityLevelConfiguration } from '../../api/types.ts';

/** In requests that are under way at once. */
export interface Seats {
  /** The level's share of all. */
  nominal: number;
  /** What nobody else may borrow. */
  least: number;
  /** With all that the level may borrow. */
  most: number;
}

interface Shares {
  shares: number;
  lendablePercent: number;
  /** Absent: as many as others lend. */
  borrowingPercent: number | undefined;
}

function sharesOf({ spec }: PriorityLevelConfiguration): Shares {
  const { nominalConcurrencyShares: shares = 0, lendablePercent = 0 } = spec.limited ?? spec.exempt ?? {};
  return { shares, lendablePercent, borrowingPercent: spec.limited?.borrowingLimitPercent };
}

const percentOf = (amount: number, percent: number): number => Math.round((amount * percent) / 100);

/** By the names of the levels, of `all` seats. */
export function seatsOf(levels: readonly PriorityLevelConfiguration[], all: number): Map<string, Seats> {
  const sum = levels.reduce((total, level) => total + sharesOf(level).shares, 0);
  return new Map(
    levels.map((level) => {
      const { shares, lendablePercent, borrowingPercent } = sharesOf(level);
      const nominal = sum === 0 ? 0 : Math.ceil((all * shares) / sum);
      const least = nominal - percentOf(nominal, lendablePercent);
      const most = borrowingPercent === undefined ? all : nominal + percentOf(nominal, borrowingPercent);
      return [level.metadata.name, { nominal, least, most }];
    }),
  );
}
