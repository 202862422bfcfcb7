/** The images of an engine. */
import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { engineImageName } from '../../agent/api/image-name.ts';
import { call, labelled, optional, unless } from './calls.ts';

export type ImageSummary = Docker.ImageInfo;

/** What an engine tells while it pulls, loads or builds. */
export interface EngineProgress {
  /** What a build prints. */
  stream?: string;
  /** What becomes of a layer (`id`), or of the whole. */
  status?: string;
  id?: string;
  /** Bytes. */
  progressDetail?: { current?: number; total?: number };
  error?: string;
}

export type Report = (progress: EngineProgress) => void;
const quiet: Report = () => {};

export interface BuildOptions {
  tag: string;
  /** Path within the context; `Dockerfile` by default. */
  dockerfile?: string;
  args?: Readonly<Record<string, string>>;
}

/** Throws `EngineError`. */
export class EngineImages {
  private readonly api: Docker;

  constructor(api: Docker) {
    this.api = api;
  }

  /** The image's ID; undefined if the engine does not have the image. */
  async id(name: string, signal?: AbortSignal): Promise<string | undefined> {
    const image = await optional(`docker image inspect ${name}`, () => this.api.getImage(name).inspect(), signal);
    return image?.Id;
  }

  list(labels: string[], signal?: AbortSignal): Promise<ImageSummary[]> {
    return call('docker images', () => this.api.listImages({ ...labelled(labels), abortSignal: signal }));
  }

  /** `report` receives the engine's progress. */
  async pull(image: string, signal: AbortSignal, report: Report = quiet): Promise<void> {
    await call(`docker pull ${image}`, async () => {
      await follow(await this.api.pull(engineImageName(image), { abortSignal: signal }), report);
    });
  }

  /** Loads an archive of `docker save`. */
  async load(archive: NodeJS.ReadableStream, signal: AbortSignal, report: Report = quiet): Promise<void> {
    await call('docker load', async () => {
      // dockerode's types know only options without a signal.
      const options: object = { abortSignal: signal };
      await follow(await this.api.loadImage(archive, options), report);
    });
  }

  async tag(image: string, repository: string, tag: string): Promise<void> {
    await call(`docker tag ${image} ${repository}:${tag}`, () =>
      this.api.getImage(image).tag({ repo: repository, tag }),
    );
  }

  /** `context` is a tar stream. */
  async build(
    context: NodeJS.ReadableStream,
    { tag, dockerfile, args = {} }: BuildOptions,
    signal: AbortSignal,
    report: Report = quiet,
  ): Promise<void> {
    const options = { t: tag, buildargs: args, abortSignal: signal, ...(dockerfile ? { dockerfile } : {}) };
    await call(`docker build -t ${tag} .`, async () => {
      await follow(await this.api.buildImage(context, options), report);
    });
  }

  /** Imports a file system as one layer. `changes` are Dockerfile instructions. */
  async import(layer: Readable, tag: string, changes: string[], signal: AbortSignal): Promise<void> {
    await call(`docker import - ${tag}`, async () => {
      // dockerode's types know only the form that has no repository.
      // The repository carries the tag: Podman 4 knows no tag of its own here.
      const options = { repo: tag, changes, abortSignal: signal };
      const answer: unknown = await this.api.importImage(layer, options);
      if (isStream(answer)) await follow(answer, quiet);
    });
  }

  /** Keeps an image that a container was made from. */
  async remove(name: string): Promise<void> {
    await unless([404, 409], `docker rmi ${name}`, () => this.api.getImage(name).remove());
  }

  /**
   * Removes a name, and the image with its last name. Rejects if there is no such image, or a container was made from
   * it.
   */
  async removeName(name: string, signal: AbortSignal): Promise<void> {
    const options: object = { abortSignal: signal };
    await call(`docker rmi ${name}`, () => this.api.getImage(engineImageName(name)).remove(options));
  }
}

/** Resolves when the engine has done what it reports on. It tells of a failure within the progress, after a 200. */
async function follow(stream: NodeJS.ReadableStream, report: Report): Promise<void> {
  let rest = '';
  const decoder = new TextDecoder();
  const read = (line: string): void => {
    if (!line.trim()) return;
    const progress: EngineProgress = JSON.parse(line);
    if (progress.error) throw new Error(progress.error);
    report(progress);
  };
  for await (const chunk of stream) {
    const lines = (rest + (typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true }))).split('\n');
    rest = lines.pop() ?? '';
    lines.forEach(read);
  }
  read(rest);
}

const isStream = (value: unknown): value is NodeJS.ReadableStream =>
  typeof value === 'object' && value !== null && 'pipe' in value;
