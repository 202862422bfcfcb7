/**
 * YAML is read and written on threads of its own: the library takes a second for half a megabyte, and everybody else
 * would wait. A thread starts with the first such body or answer and ends when there have been none for a while.
 */
import { Worker } from 'node:worker_threads';
import { ApiError } from '../../api/errors.ts';
import type { Clock } from '../../clock.ts';
import { badRequest, tooManyRequests } from '../errors.ts';
import type { YamlContent } from './yaml.ts';
import type { YamlAnswer, YamlJob } from './yaml-worker.ts';

export interface YamlThread {
  /** Throws `ApiError`: 400 where it is no YAML or takes too long, 429 where too many wait. */
  read(yaml: Uint8Array, user: string): Promise<YamlContent>;
  /** Throws `ApiError`: 406 where it takes too long, 429 where too many wait. */
  write(json: Uint8Array, user: string): Promise<Uint8Array>;
  close(): void;
}

/** Milliseconds. The largest body of ordinary manifests takes half of it. */
const readingTime = 10_000;
/** Milliseconds: a list may be larger than any body. */
const writingTime = 60_000;
const idle = 10_000;
const mostWaiting = 256;
const mostOfOneUser = 32;

interface Task {
  job: YamlJob;
  user: string;
  resolve(answer: YamlAnswer): void;
  reject(error: ApiError): void;
}

interface ThreadOptions {
  /** Milliseconds that one job may take. */
  patience: number;
  refusal(reason: string): ApiError;
}

const createWorker = (): Worker =>
  new Worker(new URL('./yaml-worker.ts', import.meta.url), { resourceLimits: { maxOldGenerationSizeMb: 256 } });

/** One job at a time. */
class Thread {
  readonly #clock: Clock;
  readonly #options: ThreadOptions;
  readonly #waiting: Task[] = [];
  #worker: Worker | undefined;
  #current: Task | undefined;
  #cancelTimer: () => void = () => {};
  #lastUser = '';

  constructor(clock: Clock, options: ThreadOptions) {
    this.#clock = clock;
    this.#options = options;
  }

  run(job: YamlJob, user: string): Promise<YamlAnswer> {
    const ofUser = this.#waiting.filter((task) => task.user === user).length;
    if (this.#waiting.length >= mostWaiting || ofUser >= mostOfOneUser) return Promise.reject(tooManyRequests());
    return new Promise((resolve, reject) => {
      this.#waiting.push({ job, user, resolve, reject });
      this.#next();
    });
  }

  close(): void {
    this.#end();
    this.#fail('the server is closing');
    for (const { reject } of this.#waiting.splice(0)) reject(this.#options.refusal('the server is closing'));
  }

  /** Whoever was not served last goes first. */
  #take(): Task | undefined {
    const at = this.#waiting.findIndex(({ user }) => user !== this.#lastUser);
    return this.#waiting.splice(Math.max(0, at), 1)[0];
  }

  #next(): void {
    if (this.#current) return;
    this.#cancelTimer();
    const task = this.#take();
    this.#current = task;
    if (!task) {
      this.#cancelTimer = this.#clock.after(idle, () => this.#end());
      return;
    }
    this.#lastUser = task.user;
    const { patience } = this.#options;
    this.#cancelTimer = this.#clock.after(patience, () => {
      this.#end();
      this.#fail(`it takes more than ${patience / 1000} s: use JSON, or smaller parts`);
    });
    this.#running().postMessage(task.job);
  }

  #running(): Worker {
    if (this.#worker) return this.#worker;
    const worker = createWorker();
    this.#worker = worker;
    worker.unref();
    worker.on('message', (answer: YamlAnswer) => this.#answer(answer));
    worker.on('error', (error) => {
      if (this.#worker !== worker) return;
      this.#end();
      this.#fail(error.message);
    });
    return worker;
  }

  #answer(answer: YamlAnswer): void {
    const task = this.#current;
    this.#current = undefined;
    if ('error' in answer) task?.reject(this.#options.refusal(answer.error));
    else task?.resolve(answer);
    this.#next();
  }

  #fail(reason: string): void {
    if (this.#current) this.#answer({ error: reason });
  }

  #end(): void {
    this.#cancelTimer();
    const worker = this.#worker;
    this.#worker = undefined;
    void worker?.terminate();
  }
}

export function createYamlThread(clock: Clock): YamlThread {
  const reader = new Thread(clock, {
    patience: readingTime,
    refusal: (reason) => badRequest(`error converting YAML to JSON: ${reason}`),
  });
  const writer = new Thread(clock, {
    patience: writingTime,
    refusal: (reason) => new ApiError(406, 'NotAcceptable', `error converting JSON to YAML: ${reason}`),
  });
  return {
    read: async (yaml, user) => (await reader.run({ read: yaml }, user)) as YamlContent,
    write: async (json, user) => {
      const answer = await writer.run({ write: json }, user);
      return 'yaml' in answer ? answer.yaml : new Uint8Array();
    },
    close: () => {
      reader.close();
      writer.close();
    },
  };
}
