/** One line of the table: samples of one figure, their unit, and the target where there is one. */
export interface Figure {
  name: string;
  unit: 'ms' | 's' | 'MB' | '% of a core' | '1/s' | 'MB/s' | 'B';
  samples: number[];
  /** Missed where the median is above it. */
  atMost?: number;
}

/** Runs one after the other, each with a cluster in the state that the one before left. */
export class Figures {
  readonly all: Figure[] = [];

  add(name: string, unit: Figure['unit'], sample: number, atMost?: number): void {
    const known = this.all.find((figure) => figure.name === name);
    if (known) known.samples.push(sample);
    else this.all.push({ name, unit, samples: [sample], ...(atMost === undefined ? {} : { atMost }) });
  }
}
