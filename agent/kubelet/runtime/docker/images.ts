/** The engine's images. All nodes of the machine share them, so most pulls find the image already present. */
import type Docker from 'dockerode';
import { engineImageName } from '../../../api/image-name.ts';
import type { ImageChange, ImageInfo, ImageRemoval, RegistryLogin } from '../runtime.ts';
import { ask, jsonLines, openStream, RuntimeError } from './engine.ts';

const asList = (value: string | string[] | undefined | null): string[] =>
  value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];

export async function inspectImage(docker: Docker, image: string): Promise<ImageInfo | undefined> {
  const info = await ask(docker.getImage(engineImageName(image)).inspect(), 404);
  if (!info) return undefined;
  return {
    id: info.Id,
    tags: info.RepoTags ?? [],
    digests: info.RepoDigests ?? [],
    size: info.Size,
    user: info.Config?.User ?? '',
    entrypoint: asList(info.Config?.Entrypoint),
    cmd: asList(info.Config?.Cmd),
  };
}

export async function listImages(docker: Docker, signal: AbortSignal): Promise<ImageInfo[]> {
  const images = (await ask(docker.listImages({ abortSignal: signal }))) ?? [];
  return images.map((image) => ({
    id: image.Id,
    tags: (image.RepoTags ?? []).filter((tag) => tag !== '<none>:<none>'),
    digests: (image.RepoDigests ?? []).filter((name) => !name.startsWith('<none>@')),
    size: image.Size,
    user: '',
    entrypoint: [],
    cmd: [],
  }));
}

/** Pulls an image. The engine reports a failed pull inside the progress stream, after a 200. */
export async function pullImage(
  docker: Docker,
  image: string,
  login: RegistryLogin | undefined,
  signal: AbortSignal,
): Promise<void> {
  const authconfig = login && { username: login.username, password: login.password };
  const options = { abortSignal: signal, ...(authconfig ? { authconfig } : {}) };
  const stream = await ask(docker.pull(engineImageName(image), options));
  for await (const line of jsonLines(stream)) {
    const { error } = line as { error?: string };
    if (error) throw new RuntimeError(new Error(error));
  }
}

export async function* exportImage(docker: Docker, image: string, signal: AbortSignal): AsyncIterable<Uint8Array> {
  yield* await openStream(docker, `/images/${image}/get`, {}, signal);
}

export async function imagesInUse(docker: Docker, signal: AbortSignal): Promise<ReadonlySet<string>> {
  const containers = (await ask(docker.listContainers({ all: true, abortSignal: signal }))) ?? [];
  return new Set(containers.flatMap(({ Image, ImageID }) => [Image, ImageID]));
}

/** Without force, so that the engine keeps what a container has. Images that others were built on stay as well. */
export async function removeImage(docker: Docker, name: string, signal: AbortSignal): Promise<ImageRemoval> {
  const options = { force: false, noprune: true, abortSignal: signal };
  try {
    await ask(docker.getImage(engineImageName(name)).remove(options));
    return 'removed';
  } catch (error) {
    if (!(error instanceof RuntimeError)) throw error;
    if (error.statusCode === 404) return 'not found';
    if (error.statusCode === 409) return 'in use';
    throw error;
  }
}

/** Podman calls a removal `remove`, and the end of a build `build`. */
const wanting = ['pull', 'load', 'import', 'tag', 'build', 'commit'];
const removing = ['untag', 'delete', 'remove'];

interface EngineImageEvent {
  Action?: string;
  Actor?: { ID?: string; Attributes?: { name?: string } };
  timeNano?: number;
}

const isId = (text: string): boolean => /^(sha256:)?[0-9a-f]{64}$/.test(text);

/**
 * What an event of the engine says. Docker names a pulled image in the place of its id, and has its repository alone as
 * its name; other events have an id and the whole name.
 */
export function imageChangeOf({ Action = '', Actor, timeNano = 0 }: EngineImageEvent): ImageChange {
  const { ID = '', Attributes } = Actor ?? {};
  const images = [ID, isId(ID) ? (Attributes?.name ?? '') : ''].filter((image) => image !== '');
  return { images, kind: removing.includes(Action) ? 'removed' : 'wanted', at: timeNano / 1e6 };
}

/** Yields whenever an image came, went or got another name. Throws if the engine ends its stream. */
export async function* imageChanges(docker: Docker, signal: AbortSignal): AsyncIterable<ImageChange> {
  const filters = { type: ['image'], event: [...wanting, ...removing] };
  try {
    const stream = await openStream(docker, '/events', { filters: JSON.stringify(filters) }, signal);
    for await (const event of jsonLines(stream)) yield imageChangeOf(event as EngineImageEvent);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  if (!signal.aborted) throw new Error('the container engine ended its event stream');
}
