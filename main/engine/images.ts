/** The images of an engine. */
import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { call, optional, unless } from './calls.ts';

export type ImageSummary = Docker.ImageInfo;

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
    return call('docker images', () => this.api.listImages({ filters: { label: labels }, abortSignal: signal }));
  }

  async pull(image: string, signal: AbortSignal): Promise<void> {
    const command = `docker pull ${image}`;
    await call(command, async () => this.follow(await this.api.pull(image, { abortSignal: signal }), signal));
  }

  async tag(image: string, repository: string, tag: string): Promise<void> {
    await call(`docker tag ${image} ${repository}:${tag}`, () =>
      this.api.getImage(image).tag({ repo: repository, tag }),
    );
  }

  async build(context: NodeJS.ReadableStream, tag: string, signal: AbortSignal): Promise<void> {
    await call(`docker build -t ${tag} .`, async () =>
      this.follow(await this.api.buildImage(context, { t: tag, abortSignal: signal }), signal),
    );
  }

  /** Imports a file system as one layer. `changes` are Dockerfile instructions. */
  async import(layer: Readable, tag: string, changes: string[], signal: AbortSignal): Promise<void> {
    await call(`docker import - ${tag}`, async () => {
      // dockerode's types know only the form that has no repository.
      // The repository carries the tag: Podman 4 knows no tag of its own here.
      const options = { repo: tag, changes, abortSignal: signal };
      const answer: unknown = await this.api.importImage(layer, options);
      if (isStream(answer)) await this.follow(answer, signal);
    });
  }

  /** Keeps an image that a container was made from. */
  async remove(name: string): Promise<void> {
    await unless([404, 409], `docker rmi ${name}`, () => this.api.getImage(name).remove());
  }

  private follow(stream: NodeJS.ReadableStream, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      this.api.modem.followProgress(stream, (error: Error | null) => (error ? reject(error) : resolve()));
    });
  }
}

const isStream = (value: unknown): value is NodeJS.ReadableStream =>
  typeof value === 'object' && value !== null && 'pipe' in value;
