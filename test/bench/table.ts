/** Prints figures as lines of a table. */
import type { Figure } from './measurement.ts';
import { median } from './statistics.ts';

const rounded = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);

export const titles = `${'figure'.padEnd(58)}    median  unit          runs           min .. max  target`;

export function row(figure: Figure): string {
  const middle = median(figure.samples);
  const range = `${rounded(Math.min(...figure.samples))} .. ${rounded(Math.max(...figure.samples))}`;
  const verdict =
    figure.atMost === undefined
      ? ''
      : middle <= figure.atMost
        ? `<= ${figure.atMost} met`
        : `<= ${figure.atMost} MISSED`;
  return [
    figure.name.padEnd(58),
    rounded(middle).padStart(8),
    figure.unit.padEnd(11),
    String(figure.samples.length).padStart(4),
    range.padStart(20),
    verdict,
  ].join('  ');
}
