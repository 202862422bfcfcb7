/** The engine's images. All nodes of the machine share them, so most pulls find the image already present. */
import type Docker from 'dockerode';
import { engineImageName } from '../../../api/image-name.ts';
import type { ImageInfo, RegistryLogin } from '../runtime.ts';
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

/** Podman calls a removal `remove`, and the end of a build `build`. */
const changes = ['pull', 'load', 'import', 'tag', 'untag', 'delete', 'remove', 'build', 'commit'];

/** Yields whenever an image came, went or got another name. Throws if the engine ends its stream. */
export async function* imageChanges(docker: Docker, signal: AbortSignal): AsyncIterable<void> {
  const filters = { type: ['image'], event: changes };
  try {
    const stream = await openStream(docker, '/events', { filters: JSON.stringify(filters) }, signal);
    for await (const _ of jsonLines(stream)) yield;
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  if (!signal.aborted) throw new Error('the container engine ended its event stream');
}
