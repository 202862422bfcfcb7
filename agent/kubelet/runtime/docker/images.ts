/** The engine's images. All nodes of the machine share them, so most pulls find the image already present. */
import type Docker from 'dockerode';
import type { ImageInfo } from '../runtime.ts';
import { ask, jsonLines, RuntimeError } from './engine.ts';

const asList = (value: string | string[] | undefined | null): string[] =>
  value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];

export async function inspectImage(docker: Docker, image: string): Promise<ImageInfo | undefined> {
  const info = await ask(docker.getImage(image).inspect(), 404);
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
    size: image.Size,
    user: '',
    entrypoint: [],
    cmd: [],
  }));
}

/** Adds the tag `latest` to a name without tag or digest; the engine would otherwise pull every tag. */
export function withTag(image: string): string {
  const last = image.slice(image.lastIndexOf('/') + 1);
  return last.includes(':') || last.includes('@') ? image : `${image}:latest`;
}

/** Pulls an image. The engine reports a failed pull inside the progress stream, after a 200. */
export async function pullImage(docker: Docker, image: string, signal: AbortSignal): Promise<void> {
  const stream = await ask(docker.pull(withTag(image), { abortSignal: signal }));
  for await (const line of jsonLines(stream)) {
    const { error } = line as { error?: string };
    if (error) throw new RuntimeError(new Error(error));
  }
}
