/** The verbs of a container engine that Skiff needs. The only file that talks dockerode. */
import type { Duplex, Readable } from 'node:stream';
import type Docker from 'dockerode';
import { EngineError, engineError, statusOf } from './errors.ts';

export interface EngineInfo {
  /** `Docker 20.10.24`, `Podman 5.2.1`. */
  name: string;
  endpoint: string;
  apiVersion: string;
  /** Of the machine that the engine runs on. */
  cpus: number;
  /** Bytes. */
  memory: number;
  arch: string;
  cgroupVersion: string;
  rootless: boolean;
  podman: boolean;
}

export type ContainerSpec = Docker.ContainerCreateOptions & { name: string };
export type ContainerSummary = Docker.ContainerInfo;
export type ContainerDetails = Docker.ContainerInspectInfo;
export type ImageSummary = Docker.ImageInfo;
export type NetworkDetails = Docker.NetworkInspectInfo;

/** Throws `EngineError`; removing what is not there, and starting or stopping what already is, are no errors. */
export class Engine {
  readonly info: EngineInfo;
  private readonly api: Docker;

  constructor(api: Docker, info: EngineInfo) {
    this.api = api;
    this.info = info;
  }

  /** All containers with all of these labels (`name` or `name=value`), stopped ones included. */
  containers(labels: string[], signal?: AbortSignal): Promise<ContainerSummary[]> {
    return this.call('docker ps -a', () =>
      this.api.listContainers({ all: true, filters: { label: labels }, abortSignal: signal }),
    );
  }

  inspect(id: string, signal?: AbortSignal): Promise<ContainerDetails | undefined> {
    return this.optional(`docker inspect ${id}`, () => this.api.getContainer(id).inspect({ abortSignal: signal }));
  }

  async create(spec: ContainerSpec, signal?: AbortSignal): Promise<string> {
    const container = await this.call(`docker create --name ${spec.name} ${spec.Image}`, () =>
      this.api.createContainer({ ...spec, abortSignal: signal }),
    );
    return container.id;
  }

  /** `archive` is a tar stream whose paths start at `/`. */
  async copyInto(id: string, archive: NodeJS.ReadableStream, signal?: AbortSignal): Promise<void> {
    await this.call(`docker cp - ${id}:/`, () =>
      this.api.getContainer(id).putArchive(archive, { path: '/', abortSignal: signal }),
    );
  }

  async start(id: string, signal?: AbortSignal): Promise<void> {
    await this.unless(304, `docker start ${id}`, () => this.api.getContainer(id).start({ abortSignal: signal }));
  }

  async stop(id: string, graceSeconds: number, signal?: AbortSignal): Promise<void> {
    await this.unless([304, 404], `docker stop ${id}`, () =>
      this.api.getContainer(id).stop({ t: graceSeconds, abortSignal: signal }),
    );
  }

  async kill(id: string): Promise<void> {
    await this.unless([304, 404, 409], `docker kill ${id}`, () => this.api.getContainer(id).kill());
  }

  /** Kills it where it runs, and removes its anonymous volumes. */
  async remove(id: string): Promise<void> {
    // 409: the removal is already under way.
    await this.unless([404, 409], `docker rm -f ${id}`, () =>
      this.api.getContainer(id).remove({ force: true, v: true }),
    );
  }

  /** The last lines that a container wrote, for a failure's report. */
  async lastLines(id: string, lines: number): Promise<string[]> {
    const output = await this.call(`docker logs --tail ${lines} ${id}`, () =>
      this.api.getContainer(id).logs({ stdout: true, stderr: true, tail: lines, follow: false }),
    );
    return demultiplex(output).split('\n').filter(Boolean).slice(-lines);
  }

  stats(id: string): Promise<Docker.ContainerStats> {
    return this.call(`docker stats ${id}`, () => this.api.getContainer(id).stats({ stream: false, 'one-shot': true }));
  }

  /** An interactive command with a TTY. */
  async terminal(
    id: string,
    command: string[],
    size: { columns: number; rows: number },
  ): Promise<{ stream: Duplex; resize(columns: number, rows: number): Promise<void>; exitCode(): Promise<number> }> {
    const asTyped = `docker exec -it ${id} ${command.join(' ')}`;
    const exec = await this.call(asTyped, () =>
      this.api.getContainer(id).exec({
        Cmd: command,
        AttachStdin: true,
        AttachStdout: true,
        AttachStderr: true,
        Tty: true,
        Env: ['TERM=xterm-256color'],
      }),
    );
    const stream = await this.call(asTyped, () => exec.start({ hijack: true, stdin: true, Tty: true }));
    const resize = async (columns: number, rows: number) => {
      await this.call(asTyped, () => exec.resize({ w: columns, h: rows }));
    };
    await resize(size.columns, size.rows);
    return { stream, resize, exitCode: async () => (await exec.inspect()).ExitCode ?? 0 };
  }

  /** Where Podman itself listens, on its own machine; undefined where it does not tell. */
  async podmanSocket(): Promise<string | undefined> {
    const info: unknown = await this.call('podman info', () => this.api.info());
    const path = JSON.stringify(info).match(/unix:\/\/([^"]+)/)?.[1];
    return path;
  }

  /** Where it keeps its data, on its own machine. */
  async dataFolder(): Promise<string> {
    const { DockerRootDir = '/' } = await this.call('docker info', () => this.api.info());
    return DockerRootDir;
  }

  networks(signal?: AbortSignal): Promise<NetworkDetails[]> {
    return this.call('docker network ls', () => this.api.listNetworks({ abortSignal: signal }));
  }

  network(name: string): Promise<NetworkDetails | undefined> {
    return this.optional(`docker network inspect ${name}`, () => this.api.getNetwork(name).inspect());
  }

  async createNetwork(options: Docker.NetworkCreateOptions, signal?: AbortSignal): Promise<void> {
    await this.call(`docker network create ${options.Name}`, () =>
      this.api.createNetwork({ ...options, abortSignal: signal }),
    );
  }

  async removeNetwork(name: string): Promise<void> {
    await this.unless(404, `docker network rm ${name}`, () => this.api.getNetwork(name).remove());
  }

  /** Creates it, or finds it where it is there already with these labels, and tells where the engine keeps it. */
  async volume(name: string, labels: Record<string, string>, signal?: AbortSignal): Promise<string> {
    const volume: object = await this.call(`docker volume create ${name}`, () =>
      this.api.createVolume({ Name: name, Labels: labels, abortSignal: signal }),
    );
    const details = isVolume(volume)
      ? volume
      : await this.call(`docker volume inspect ${name}`, () => this.api.getVolume(name).inspect());
    if (Object.entries(labels).every(([label, value]) => details.Labels?.[label] === value)) return details.Mountpoint;
    throw new EngineError('NameTaken', `a volume named ${name} is there already, and is not Skiff's`, {
      hint: `Remove it (\`docker volume rm ${name}\`), or start another profile.`,
      command: `docker volume create ${name}`,
    });
  }

  async volumes(labels: string[]): Promise<string[]> {
    const found = await this.call('docker volume ls', () => this.api.listVolumes({ filters: { label: labels } }));
    return (found.Volumes ?? []).map(({ Name }) => Name);
  }

  async removeVolume(name: string): Promise<void> {
    await this.unless(404, `docker volume rm ${name}`, () => this.api.getVolume(name).remove({ force: true }));
  }

  /** The image's ID, undefined where the engine does not have it. */
  async imageId(name: string): Promise<string | undefined> {
    const image = await this.optional(`docker image inspect ${name}`, () => this.api.getImage(name).inspect());
    return image?.Id;
  }

  images(labels: string[]): Promise<ImageSummary[]> {
    return this.call('docker images', () => this.api.listImages({ filters: { label: labels } }));
  }

  async pull(image: string, signal: AbortSignal): Promise<void> {
    const command = `docker pull ${image}`;
    await this.call(command, async () => this.follow(await this.api.pull(image, { abortSignal: signal }), signal));
  }

  async tag(image: string, repository: string, tag: string): Promise<void> {
    await this.call(`docker tag ${image} ${repository}:${tag}`, () =>
      this.api.getImage(image).tag({ repo: repository, tag }),
    );
  }

  async build(context: NodeJS.ReadableStream, tag: string, signal: AbortSignal): Promise<void> {
    await this.call(`docker build -t ${tag} .`, async () =>
      this.follow(await this.api.buildImage(context, { t: tag, abortSignal: signal }), signal),
    );
  }

  /** A file system as one layer. `changes` are Dockerfile instructions. */
  async importImage(layer: Readable, tag: string, changes: string[], signal: AbortSignal): Promise<void> {
    await this.call(`docker import - ${tag}`, async () => {
      // dockerode's types know only the form that has no repository.
      // The repository carries the tag: Podman 4 knows no tag of its own here.
      const options = { repo: tag, changes, abortSignal: signal };
      const answer: unknown = await this.api.importImage(layer, options);
      if (isStream(answer)) await this.follow(answer, signal);
    });
  }

  /** Leaves an image alone that a container was made from. */
  async removeImage(name: string): Promise<void> {
    await this.unless([404, 409], `docker rmi ${name}`, () => this.api.getImage(name).remove());
  }

  private follow(stream: NodeJS.ReadableStream, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      this.api.modem.followProgress(stream, (error: Error | null) => (error ? reject(error) : resolve()));
    });
  }

  private async call<T>(command: string, run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (cause) {
      if (cause instanceof EngineError) throw cause;
      if (cause instanceof Error && cause.name === 'AbortError') throw cause;
      throw engineError(command, cause);
    }
  }

  private async optional<T>(command: string, run: () => Promise<T>): Promise<T | undefined> {
    try {
      return await run();
    } catch (cause) {
      if (statusOf(cause) === 404) return undefined;
      throw engineError(command, cause);
    }
  }

  private async unless(expected: number | number[], command: string, run: () => Promise<unknown>): Promise<void> {
    try {
      await run();
    } catch (cause) {
      if (![expected].flat().includes(statusOf(cause) ?? 0)) throw engineError(command, cause);
    }
  }
}

/** What dockerode's types lack: engines answer the creation with the whole volume. */
const isVolume = (value: object): value is Docker.VolumeInspectInfo => 'Mountpoint' in value && 'Labels' in value;

const isStream = (value: unknown): value is NodeJS.ReadableStream =>
  typeof value === 'object' && value !== null && 'pipe' in value;

/** Strips the eight-byte frame headers of a container without a TTY. */
function demultiplex(output: Buffer): string {
  let text = '';
  for (let at = 0; at + 8 <= output.length; ) {
    const length = output.readUInt32BE(at + 4);
    text += output.toString('utf8', at + 8, at + 8 + length);
    at += 8 + length;
  }
  return text;
}
