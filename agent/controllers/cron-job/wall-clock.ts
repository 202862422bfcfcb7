/** What a clock on the wall shows in a time zone. */
import { own } from '../../api/own.ts';

/** Milliseconds that the zone is ahead of UTC at a time (milliseconds since the epoch). */
export type Zone = (time: number) => number;

const utc: Zone = () => 0;

const options: Intl.DateTimeFormatOptions = {
  hourCycle: 'h23',
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
};

/** Zones are known by name for good: there are few, and a formatter is dear. */
const known = new Map<string, Zone>();

function makeZone(timeZone: string): Zone {
  const format = new Intl.DateTimeFormat('en-US', { ...options, timeZone });
  return (time) => {
    const parts = Object.fromEntries(format.formatToParts(time).map(({ type, value }) => [type, Number(value)]));
    const at = (name: string): number => own(parts, name) ?? 0;
    const shown = Date.UTC(at('year'), at('month') - 1, at('day'), at('hour'), at('minute'), at('second'));
    return shown - Math.floor(time / 1000) * 1000;
  };
}

/** Throws a `RangeError` for an unknown name. No name is UTC. */
export function zoneOf(name = 'UTC'): Zone {
  if (name === 'UTC' || name === 'Etc/UTC') return utc;
  const found = known.get(name) ?? makeZone(name);
  known.set(name, found);
  return found;
}

/** The first moment at which the clock shows this or later; `shown` as if the clock stood in UTC. */
export function momentOf(shown: number, zone: Zone): number {
  const near = shown - zone(shown - zone(shown));
  // A clock that is set forward skips times.
  return near + Math.max(0, shown - near - zone(near));
}

const twoDigits = (number: number): string => String(number).padStart(2, '0');

/** RFC 3339 with seconds and the zone's offset. */
export function localTimestamp(time: number, zone: Zone): string {
  const offset = zone(time);
  const shown = new Date(time + offset).toISOString().slice(0, -'.000Z'.length);
  const minutes = Math.abs(offset) / 60_000;
  const sign = offset < 0 ? '-' : '+';
  return offset === 0
    ? `${shown}Z`
    : `${shown}${sign}${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`;
}
