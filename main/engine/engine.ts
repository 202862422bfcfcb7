/** The verbs of a container engine that Skiff needs. Only this folder uses dockerode. */
import { once } from 'node:events';
import { type Duplex, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import { dependentsIn, resized } from '../../agent/api/engine.ts';
import { call, labelled, optional, unless } from './calls.ts';
import { EngineError } from './errors.ts';
import { EngineImages } from './images.ts';
import { type PodmanDetails, podmanDetails } from './ping.ts';

export interface EngineInfo {
  /** `Docker 20.10.24`, `Podman 5.2.1`. */
  name: string;
  endpoint: string;
  apiVersion: string;
  /** CPUs of the machine that the engine runs on. */
  cpus: number;
  /** Bytes. */
  memory: number;
  cgroupVersion: string;
  rootless: boolean;
  podman: boolean;
}

export interface EngineTerminal {
  stream: Duplex;
  resize(columns: number, rows: number): Promise<void>;
  exitCode(): Promise<number>;
  /** Process id on the engine's machine; 0 once the process has ended. */
  processId(): Promise<number>;
}

export type ContainerSpec = Docker.ContainerCreateOptions & { name: string };
export type ContainerSummary = Docker.ContainerInfo;
export type ContainerDetails = Docker.ContainerInspectInfo;
export type NetworkDetails = Docker.NetworkInspectInfo;
export type VolumeDetails = Docker.VolumeInspectInfo;

/** Methods throw `EngineError`. Removing a missing thing, and starting or stopping one that already is, succeed. */
export class Engine {
  readonly info: EngineInfo;
  readonly images: EngineImages;
  readonly close: () => void;
  private readonly api: Docker;

  /** `hangUp` closes every connection, including those whose request the engine has not answered. */
  constructor(api: Docker, info: EngineInfo, hangUp: () => void) {
    this.close = hangUp;
    this.api = api;
    this.info = info;
    this.images = new EngineImages(api);
  }

  /** All containers with all of these labels (`name` or `name=value`), stopped ones included. */
  containers(labels: string[], signal?: AbortSignal): Promise<ContainerSummary[]> {
    return call('docker ps -a', () => this.api.listContainers({ all: true, ...labelled(labels), abortSignal: signal }));
  }

  inspect(id: string, signal?: AbortSignal): Promise<ContainerDetails | undefined> {
    return optional(`docker inspect ${id}`, () => this.api.getContainer(id).inspect({ abortSignal: signal }));
  }

  async create(spec: ContainerSpec, signal?: AbortSignal): Promise<string> {
    const container = await call(`docker create --name ${spec.name} ${spec.Image}`, () =>
      this.api.createContainer({ ...spec, abortSignal: signal }),
    );
    return container.id;
  }

  /** `archive` is a tar stream whose paths start at `/`. */
  async copyInto(id: string, archive: NodeJS.ReadableStream, signal?: AbortSignal): Promise<void> {
    await call(`docker cp - ${id}:/`, () =>
      this.api.getContainer(id).putArchive(archive, { path: '/', abortSignal: signal }),
    );
  }

  /** A tar stream of the file; undefined if the container does not have it. */
  copyFrom(id: string, path: string, signal?: AbortSignal): Promise<NodeJS.ReadableStream | undefined> {
    return optional(`docker cp ${id}:${path} -`, () => this.api.getContainer(id).getArchive({ path }), signal);
  }

  async start(id: string, signal?: AbortSignal): Promise<void> {
    await unless(304, `docker start ${id}`, () => this.api.getContainer(id).start({ abortSignal: signal }));
  }

  async stop(id: string, graceSeconds: number, signal?: AbortSignal): Promise<void> {
    await unless([304, 404], `docker stop ${id}`, () =>
      this.api.getContainer(id).stop({ t: graceSeconds, abortSignal: signal }),
    );
  }

  /**
   * Stops a node that is to come back as it was: it is interrupted first. The stop signal alone would be the shutdown
   * of a machine to it, for which its pods may have a grace period.
   */
  async stopToReturn(id: string, graceSeconds: number, signal?: AbortSignal): Promise<void> {
    await unless([304, 404, 409], `docker kill -s INT ${id}`, () =>
      this.api.getContainer(id).kill({ signal: 'SIGINT', abortSignal: signal }),
    );
    await this.stop(id, graceSeconds, signal);
  }

  async kill(id: string): Promise<void> {
    await unless([304, 404, 409], `docker kill ${id}`, () => this.api.getContainer(id).kill());
  }

  /** Kills the container if it runs, and removes its anonymous volumes with it. */
  async remove(id: string): Promise<void> {
    // 409: the engine is already removing it.
    const remove = () =>
      unless([404, 409], `docker rm -f ${id}`, () => this.api.getContainer(id).remove({ force: true, v: true }));
    try {
      await remove();
    } catch (error) {
      const dependents = dependentsIn(error instanceof EngineError ? error.cause : error);
      if (dependents.length === 0) throw error;
      await Promise.all(dependents.map((dependent) => this.remove(dependent)));
      await remove();
    }
  }

  /** The last lines that a container wrote since a time in seconds, for the report of a failure. */
  async lastLines(id: string, lines: number, since = 0): Promise<string[]> {
    const output = await call(`docker logs --tail ${lines} ${id}`, () =>
      this.api.getContainer(id).logs({ stdout: true, stderr: true, tail: lines, since, follow: false }),
    );
    return demultiplex(output).split('\n').filter(Boolean).slice(-lines);
  }

  /** What a container without a TTY wrote. With `follow`, also what it writes until it or the signal ends. */
  async log(
    id: string,
    { tail, follow }: { tail?: number; follow: boolean },
    write: (text: string) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const command = `docker logs${follow ? ' --follow' : ''} ${id}`;
    const options = { stdout: true, stderr: true, ...(tail === undefined ? {} : { tail }) };
    const container = this.api.getContainer(id);
    if (!follow) return write(demultiplex(await call(command, () => container.logs({ ...options, follow: false }))));
    const stream = await call(command, () => container.logs({ ...options, follow: true, abortSignal: signal }));
    const decoder = new TextDecoder();
    const output = new Writable({
      write: (chunk: Buffer, _, done) => {
        write(decoder.decode(chunk, { stream: true }));
        done();
      },
    });
    this.api.modem.demuxStream(stream, output, output);
    await new Promise<void>((resolve, reject) => {
      stream.once('end', resolve);
      stream.once('close', resolve);
      stream.once('error', (error: Error) => (signal.aborted ? resolve() : reject(error)));
    });
  }

  stats(id: string): Promise<Docker.ContainerStats> {
    return call(`docker stats ${id}`, () => this.api.getContainer(id).stats({ stream: false, 'one-shot': true }));
  }

  /** Runs a command without a terminal; resolves with its exit code. */
  async exec(id: string, command: string[]): Promise<number> {
    const asTyped = `docker exec ${id} ${command.join(' ')}`;
    const options = { Cmd: command, AttachStdout: true, AttachStderr: true };
    const exec = await call(asTyped, () => this.api.getContainer(id).exec(options));
    const output = await call(asTyped, () => exec.start({}));
    output.resume();
    await once(output, 'end');
    return exitCodeOf(exec);
  }

  /** Starts an interactive command with a TTY. */
  async terminal(id: string, command: string[], size: { columns: number; rows: number }): Promise<EngineTerminal> {
    const asTyped = `docker exec -it ${id} ${command.join(' ')}`;
    const exec = await call(asTyped, () =>
      this.api.getContainer(id).exec({
        Cmd: command,
        AttachStdin: true,
        AttachStdout: true,
        AttachStderr: true,
        Tty: true,
        Env: ['TERM=xterm-256color'],
      }),
    );
    const stream = await call(asTyped, () => exec.start({ hijack: true, stdin: true, Tty: true }));
    const resize = async (columns: number, rows: number) => {
      await call(asTyped, () => resized(exec.resize({ w: columns, h: rows })));
    };
    await resize(size.columns, size.rows);
    return {
      stream,
      resize,
      exitCode: () => exitCodeOf(exec),
      processId: async () => (await exec.inspect()).Pid,
    };
  }

  /** Path of Podman's own socket on Podman's machine; undefined if Podman does not report it. */
  async podmanSocket(): Promise<string | undefined> {
    const { host } = await this.podman();
    return host?.remoteSocket?.path?.replace(/^unix:\/\//, '');
  }

  /** Controllers of cgroup v2 that a rootless Podman may use; undefined if Podman does not report them. */
  async podmanControllers(): Promise<string[] | undefined> {
    return (await this.podman()).host?.cgroupControllers ?? undefined;
  }

  /** True if a fixed address may lie outside the range of dynamic addresses: Podman's CNI refuses that. */
  async allowsAddressesOutsideRange(): Promise<boolean> {
    return !this.info.podman || (await this.podman()).host?.networkBackend === 'netavark';
  }

  private podman(): Promise<PodmanDetails> {
    return call('podman info', () => podmanDetails(this.api));
  }

  /** Folder of the engine's data, on the engine's machine. */
  async dataFolder(): Promise<string> {
    const { DockerRootDir = '/' } = await call('docker info', () => this.api.info());
    return DockerRootDir;
  }

  networks(signal?: AbortSignal): Promise<NetworkDetails[]> {
    return call('docker network ls', () => this.api.listNetworks({ abortSignal: signal }));
  }

  network(name: string, signal?: AbortSignal): Promise<NetworkDetails | undefined> {
    return optional(`docker network inspect ${name}`, () => this.api.getNetwork(name).inspect(), signal);
  }

  async createNetwork(options: Docker.NetworkCreateOptions, signal?: AbortSignal): Promise<void> {
    await call(`docker network create ${options.Name}`, () =>
      this.api.createNetwork({ ...options, abortSignal: signal }),
    );
  }

  async removeNetwork(name: string): Promise<void> {
    await unless(404, `docker network rm ${name}`, () => this.api.getNetwork(name).remove());
  }

  /** Creates the volume, or finds the one that has these labels. Resolves with the folder where the engine keeps it. */
  async volume(name: string, labels: Record<string, string>, signal?: AbortSignal): Promise<string> {
    const volume: object = await call(`docker volume create ${name}`, () =>
      this.api.createVolume({ Name: name, Labels: labels, abortSignal: signal }),
    );
    const details = isVolume(volume)
      ? volume
      : await call(`docker volume inspect ${name}`, () => this.api.getVolume(name).inspect());
    if (Object.entries(labels).every(([label, value]) => details.Labels?.[label] === value)) return details.Mountpoint;
    throw new EngineError('NameTaken', `a volume named ${name} is there already, and is not Skiff's`, {
      hint: `Remove it (\`docker volume rm ${name}\`), or start another profile.`,
      command: `docker volume create ${name}`,
    });
  }

  async volumes(labels: string[], signal?: AbortSignal): Promise<string[]> {
    return (await this.volumeDetails(labels, signal)).map(({ Name }) => Name);
  }

  async volumeDetails(labels: string[], signal?: AbortSignal): Promise<VolumeDetails[]> {
    const found = await call('docker volume ls', () =>
      this.api.listVolumes({ ...labelled(labels), abortSignal: signal }),
    );
    return found.Volumes ?? [];
  }

  async removeVolume(name: string): Promise<void> {
    await unless(404, `docker volume rm ${name}`, () => this.api.getVolume(name).remove({ force: true }));
  }
}

/** dockerode's types lack this: engines answer the creation with the whole volume. */
const isVolume = (value: object): value is Docker.VolumeInspectInfo => 'Mountpoint' in value && 'Labels' in value;

/** The stream may end a moment before the engine has recorded the exit code. */
async function exitCodeOf(exec: Docker.Exec): Promise<number> {
  for (let looks = 0; ; looks++) {
    const { Running, ExitCode } = await exec.inspect();
    if (!Running || looks === 50) return ExitCode ?? 0;
    await sleep(20);
  }
}

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
