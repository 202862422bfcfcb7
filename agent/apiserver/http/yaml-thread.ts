/**
 * Large YAML bodies, read on a thread of their own: the parser takes a second for half a megabyte, and everybody else
 * would wait. The thread starts with the first such body and ends when there have been none for a while.
 */
import { Worker } from 'node:worker_threads';
import type { ApiError } from '../../api/errors.ts';
import type { Clock } from '../../clock.ts';
import { badRequest, tooManyRequests } from '../errors.ts';
import type { YamlContent } from './yaml.ts';
import type { YamlAnswer } from './yaml-worker.ts';

export interface YamlThread {
  /** Throws `ApiError`: 400 where it is no YAML or takes too long, 429 where too many bodies wait. */
  read(bytes: Uint8Array, user: string): Promise<YamlContent>;
  close(): void;
}

/** Milliseconds. The largest body of ordinary manifests takes half of it. */
const patience = 10_000;
const idle = 10_000;
const mostWaiting = 16;
const mostOfOneUser = 4;

interface Job {
  bytes: Uint8Array;
  user: string;
  resolve(content: YamlContent): void;
  reject(error: ApiError): void;
}

const createWorker = (): Worker =>
  new Worker(new URL('./yaml-worker.ts', import.meta.url), { resourceLimits: { maxOldGenerationSizeMb: 256 } });

class Thread implements YamlThread {
  readonly #clock: Clock;
  readonly #waiting: Job[] = [];
  #worker: Worker | undefined;
  #current: Job | undefined;
  #cancelTimer: () => void = () => {};
  #lastUser = '';

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  read(bytes: Uint8Array, user: string): Promise<YamlContent> {
    const ofUser = this.#waiting.filter((job) => job.user === user).length;
    if (this.#waiting.length >= mostWaiting || ofUser >= mostOfOneUser) return Promise.reject(tooManyRequests());
    return new Promise((resolve, reject) => {
      this.#waiting.push({ bytes, user, resolve, reject });
      this.#next();
    });
  }

  close(): void {
    this.#end();
    this.#fail('the server is closing');
    for (const { reject } of this.#waiting.splice(0)) reject(badRequest('the server is closing'));
  }

  /** Whoever was not served last goes first. */
  #take(): Job | undefined {
    const at = this.#waiting.findIndex(({ user }) => user !== this.#lastUser);
    return this.#waiting.splice(Math.max(0, at), 1)[0];
  }

  #next(): void {
    if (this.#current) return;
    this.#cancelTimer();
    const job = this.#take();
    this.#current = job;
    if (!job) {
      this.#cancelTimer = this.#clock.after(idle, () => this.#end());
      return;
    }
    this.#lastUser = job.user;
    this.#cancelTimer = this.#clock.after(patience, () => {
      this.#end();
      this.#fail(`the body takes more than ${patience / 1000} s to read: send it as JSON, or in parts`);
    });
    this.#running().postMessage(job.bytes);
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
    const job = this.#current;
    this.#current = undefined;
    if ('error' in answer) job?.reject(badRequest(`error converting YAML to JSON: ${answer.error}`));
    else job?.resolve(answer);
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

export const createYamlThread = (clock: Clock): YamlThread => new Thread(clock);
