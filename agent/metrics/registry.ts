/**
 * Counters, gauges and histograms of one process, in the text format that Prometheus reads.
 * https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
 *
 * Asking for a metric that exists returns it, so that each part of a process declares what it uses.
 */
export type Labels = Readonly<Record<string, string>>;

export interface Counter {
  add(by?: number): void;
}

export interface Histogram {
  observe(value: number): void;
}

/** One value at the time of a scrape. */
export type Sample = readonly [labels: Labels, value: number];

export interface MetricsRegistry {
  counter(name: string, help: string, labels?: Labels): Counter;
  /** `bounds`: upper bounds of the buckets, ascending, without infinity; those of the first call count. */
  histogram(name: string, help: string, bounds: readonly number[], labels?: Labels): Histogram;
  /**
   * A value that is read when somebody scrapes, and costs nothing until then. Several sources of one name add up to
   * one metric. Returns how to take the source away.
   */
  collect(type: 'gauge' | 'counter', name: string, help: string, read: () => Iterable<Sample>): () => void;
  text(): string;
}

interface Family {
  type: 'counter' | 'gauge' | 'histogram';
  help: string;
  series: Map<string, { lines(name: string): string[] }>;
  sources: Set<() => Iterable<Sample>>;
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n' };
const escaped = (text: string): string => text.replace(/[\\"\n]/g, (character) => escapes[character] ?? character);

const pairsOf = (labels: Labels): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(',');

const line = (name: string, pairs: string, value: number): string =>
  pairs ? `${name}{${pairs}} ${value}` : `${name} ${value}`;

function createCounter(pairs: string) {
  let total = 0;
  return {
    add: (by = 1): void => {
      total += by;
    },
    lines: (name: string) => [line(name, pairs, total)],
  };
}

function createHistogram(bounds: readonly number[], pairs: string) {
  const buckets = bounds.map(() => 0);
  let sum = 0;
  let count = 0;
  return {
    observe: (value: number): void => {
      count += 1;
      sum += value;
      const at = bounds.findIndex((bound) => value <= bound);
      if (at >= 0) buckets[at] = (buckets[at] ?? 0) + 1;
    },
    lines: (name: string): string[] => {
      const prefix = pairs ? `${pairs},` : '';
      let cumulative = 0;
      const upTo = bounds.map((bound, index) => {
        cumulative += buckets[index] ?? 0;
        return line(`${name}_bucket`, `${prefix}le="${bound}"`, cumulative);
      });
      return [
        ...upTo,
        line(`${name}_bucket`, `${prefix}le="+Inf"`, count),
        line(`${name}_sum`, pairs, sum),
        line(`${name}_count`, pairs, count),
      ];
    },
  };
}

export function createMetricsRegistry(): MetricsRegistry {
  const families = new Map<string, Family>();

  const family = (type: Family['type'], name: string, help: string): Family => {
    const known = families.get(name);
    if (known && known.type !== type) throw new Error(`metric ${name} is a ${known.type} already`);
    if (known) return known;
    const made: Family = { type, help, series: new Map(), sources: new Set() };
    families.set(name, made);
    return made;
  };
  /** `make` is called once for each set of labels. */
  const createSeries = <S extends { lines(name: string): string[] }>(
    type: Family['type'],
    make: (bounds: readonly number[], pairs: string) => S,
  ) => {
    const made = new Map<string, S>();
    return (name: string, help: string, bounds: readonly number[], labels: Labels): S => {
      const pairs = pairsOf(labels);
      const id = `${name}{${pairs}}`;
      const known = made.get(id);
      if (known) return known;
      const series = make(bounds, pairs);
      made.set(id, series);
      family(type, name, help).series.set(pairs, series);
      return series;
    };
  };
  const counters = createSeries('counter', (_, pairs) => createCounter(pairs));
  const histograms = createSeries('histogram', createHistogram);

  return {
    counter: (name, help, labels = {}) => counters(name, help, [], labels),
    histogram: (name, help, bounds, labels = {}) => histograms(name, help, bounds, labels),
    collect(type, name, help, read) {
      const { sources } = family(type, name, help);
      sources.add(read);
      return () => sources.delete(read);
    },
    text() {
      const lines: string[] = [];
      for (const [name, { type, help, series, sources }] of families) {
        const samples = [...sources].flatMap((read) => [...read()]);
        if (series.size + samples.length === 0) continue;
        lines.push(`# HELP ${name} ${help.replace(/[\\\n]/g, (character) => escapes[character] ?? character)}`);
        lines.push(`# TYPE ${name} ${type}`);
        for (const each of series.values()) lines.push(...each.lines(name));
        for (const [labels, value] of samples) lines.push(line(name, pairsOf(labels), value));
      }
      return `${lines.join('\n')}\n`;
    },
  };
}
