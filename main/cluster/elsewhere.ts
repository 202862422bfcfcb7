/** Follows the operations of other processes, so that a window shows a boot that was started in a terminal. */
import type { BootProgress, ClusterStatus } from '../contract/clusters.ts';
import type { Elsewhere } from './lock.ts';

export interface ElsewhereOptions {
  look(): Promise<Map<string, Elsewhere>>;
  status(profile: string): Promise<ClusterStatus>;
  onProgress(progress: BootProgress): void;
  /** Called when an operation of another process begins or ends. */
  onChanged(): void;
}

/** The process left no word of how the operation ended, so the state of the cluster has to tell. */
function endOf(last: BootProgress, { state }: ClusterStatus): BootProgress {
  const done = last.operation !== 'start' || state === 'running';
  const steps = last.steps.map((step) => (done ? { ...step, state: 'done' as const } : step));
  if (done) return { ...last, steps, finished: true };
  const step = last.steps.find((candidate) => candidate.state === 'running')?.title ?? 'the start';
  const message = `the start in process ${last.elsewhere} has ended, and the cluster is ${state}`;
  const hint = 'The terminal or window that started it says why.';
  return { ...last, finished: true, failure: { step, code: 'EndedElsewhere', message, hint, log: [] } };
}

export class ElsewhereWatch {
  private readonly options: ElsewhereOptions;
  private known = new Map<string, { text: string; report: BootProgress }>();
  private looking: Promise<void> | undefined;

  constructor(options: ElsewhereOptions) {
    this.options = options;
  }

  /** Looks once. Concurrent calls share one look. */
  look(): Promise<void> {
    this.looking ??= this.compare().finally(() => {
      this.looking = undefined;
    });
    return this.looking;
  }

  private async compare(): Promise<void> {
    const now = await this.options.look();
    const before = this.known;
    this.known = new Map();
    for (const [profile, { underWay, progress }] of now) {
      if (progress) this.tell(profile, { ...progress, elsewhere: underWay.process }, before.get(profile)?.text);
    }
    const over = [...before].filter(([profile]) => !now.has(profile));
    if (over.length || now.size !== before.size) this.options.onChanged();
    for (const [profile, { report }] of over) {
      if (!report.finished) this.options.onProgress(endOf(report, await this.options.status(profile)));
    }
  }

  private tell(profile: string, report: BootProgress, before: string | undefined): void {
    const text = JSON.stringify(report);
    this.known.set(profile, { text, report });
    if (text !== before) this.options.onProgress(report);
  }
}
