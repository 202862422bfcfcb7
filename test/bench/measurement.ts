/** One line of the table: a figure's samples, their unit and, for some, the target. */
export interface Figure {
  name: string;
  unit: 'ms' | 's' | 'us' | 'MB' | '% of a core' | '%' | '1/s' | 'MB/s' | 'B' | 'events' | 'x';
  samples: number[];
  /** The target is missed if the median is above it. */
  atMost?: number;
}

/** Collects the figures. Measurements run one after the other, each on the cluster that the one before left. */
export class Figures {
  readonly all: Figure[] = [];

  add(name: string, unit: Figure['unit'], sample: number, atMost?: number): void {
    const known = this.all.find((figure) => figure.name === name);
    if (known) known.samples.push(sample);
    else this.all.push({ name, unit, samples: [sample], ...(atMost === undefined ? {} : { atMost }) });
  }
}
