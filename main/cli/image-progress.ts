/** Shows what an engine tells while it pulls, loads or builds: one line that changes on a terminal, plain lines elsewhere. */
import type { EngineProgress, Report } from '../engine/images.ts';
import type { Output } from './output.ts';

interface Layer {
  current: number;
  total: number;
  done: boolean;
}

const ended = ['Pull complete', 'Already exists', 'Layer already exists'];
const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

/** How far a pull or a load is. Pure but for what it is told. */
export class LayerCount {
  private readonly layers = new Map<string, Layer>();

  add({ id, status = '', progressDetail }: EngineProgress): void {
    if (!id || status.startsWith('Pulling from')) return;
    const layer = this.layers.get(id) ?? { current: 0, total: 0, done: false };
    const { current = 0, total = 0 } = progressDetail ?? {};
    // Unpacking counts once more what was downloaded.
    if (status === 'Downloading' || status === 'Loading layer') {
      layer.current = current;
      layer.total = Math.max(layer.total, total);
    }
    if (ended.includes(status)) layer.done = true;
    this.layers.set(id, layer);
  }

  /** `2 of 3 layers, 12.0 MiB of 30.5 MiB`; undefined before the first layer. */
  text(): string | undefined {
    const layers = [...this.layers.values()];
    if (layers.length === 0) return undefined;
    const sum = (of: (layer: Layer) => number) => layers.reduce((total, layer) => total + of(layer), 0);
    const done = layers.filter((layer) => layer.done).length;
    const total = sum((layer) => layer.total);
    const bytes = total > 0 ? `, ${mebibytes(sum((layer) => layer.current))} of ${mebibytes(total)}` : '';
    return `${done} of ${layers.length} layers${bytes}`;
  }
}

export interface ImageProgress {
  report: Report;
  /** Clears the line. */
  end(): void;
}

/** What a build prints, and what is said of the whole, are lines of their own. */
export function imageProgress({ write, isTTY, columns }: Output): ImageProgress {
  const count = new LayerCount();
  let open = false;
  const end = (): void => {
    if (open) write('\r\u001b[2K');
    open = false;
  };
  const lines = (text: string): void => {
    end();
    for (const line of text.split('\n')) if (line.trim()) write(`${line.trimEnd()}\n`);
  };
  return {
    end,
    report(progress) {
      if (progress.stream) lines(progress.stream);
      else if (progress.status && !progress.id) lines(progress.status);
      count.add(progress);
      const text = count.text();
      if (!isTTY || text === undefined || !progress.id) return;
      end();
      write(text.slice(0, (columns || 80) - 1));
      open = true;
    },
  };
}
