/**
 * Pulls a container's image if its pull policy asks for it, with upstream's events and messages.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/images/image_manager.go
 */
import { messageOf } from '../../api/errors.ts';
import type { core } from '../../api/types.ts';
import type { Clock } from '../../clock.ts';
import type { ImageInfo, PodIdentity, Runtime } from '../runtime/runtime.ts';
import { referenceFault } from './reference.ts';

/** A failed pull. `reason` becomes the waiting reason of the container. */
export class ImageError extends Error {
  readonly reason: 'ErrImagePull' | 'ErrImageNeverPull' | 'InvalidImageName';
  constructor(reason: ImageError['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

export type Announce = (type: 'Normal' | 'Warning', reason: string, message: string) => void;

export interface ImageDeps {
  runtime: Runtime;
  clock: Clock;
  /** The pod that needs the image. */
  pod: PodIdentity;
}

/** True if the pull policy is Always only by default: an image with no tag, or with the tag `latest`. */
function isDefaultedAlways(image: string): boolean {
  const last = image.slice(image.lastIndexOf('/') + 1);
  return !last.includes('@') && (!last.includes(':') || last.endsWith(':latest'));
}

const seconds = (milliseconds: number): string => `${Number((milliseconds / 1000).toFixed(3))}s`;

async function pull(
  { runtime, clock, pod }: ImageDeps,
  image: string,
  announce: Announce,
  signal: AbortSignal,
): Promise<ImageInfo> {
  announce('Normal', 'Pulling', `Pulling image "${image}"`);
  const startedAt = clock.now();
  await runtime.pullImage(image, pod, signal);
  const info = await runtime.inspectImage(image, pod, signal);
  if (!info) throw new Error(`image "${image}" is not there after its pull`);
  const took = seconds(clock.now() - startedAt);
  const message = `Successfully pulled image "${image}" in ${took} (${took} including waiting). Image size: ${info.size} bytes.`;
  announce('Normal', 'Pulled', message);
  return info;
}

/** The node uses an image that exists only locally, even if the pull policy is Always by default. */
function prefersLocal(container: core.Container, image: string, local: ImageInfo | undefined): local is ImageInfo {
  if (!local) return false;
  if (container.imagePullPolicy !== 'Always') return true;
  return isDefaultedAlways(image) && (local.digests?.length ?? 0) === 0;
}

/**
 * Resolves with the image once it is present, pulled if the policy asks for it. Throws `ImageError` and announces the
 * failure.
 */
export async function ensureImage(
  deps: ImageDeps,
  container: core.Container,
  announce: Announce,
  signal: AbortSignal,
): Promise<ImageInfo> {
  const image = container.image ?? '';
  const fault = referenceFault(image);
  if (fault) {
    const message = `Failed to apply default image tag "${image}": couldn't parse image name "${image}": ${fault}`;
    announce('Warning', 'InspectFailed', message);
    announce('Warning', 'Failed', 'Error: InvalidImageName');
    throw new ImageError('InvalidImageName', message);
  }
  const local = await deps.runtime.inspectImage(image, deps.pod, signal);
  const takeLocal = (info: ImageInfo): ImageInfo => {
    announce('Normal', 'Pulled', `Container image "${image}" already present on machine`);
    return info;
  };
  if (prefersLocal(container, image, local)) return takeLocal(local);
  if (container.imagePullPolicy === 'Never') {
    const message = `Container image "${image}" is not present with pull policy of Never`;
    announce('Warning', 'ErrImageNeverPull', message);
    announce('Warning', 'Failed', 'Error: ErrImageNeverPull');
    throw new ImageError('ErrImageNeverPull', message);
  }
  try {
    return await pull(deps, image, announce, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (local && isDefaultedAlways(image)) return takeLocal(local);
    const why = messageOf(error);
    announce('Warning', 'Failed', `Failed to pull image "${image}": ${why}`);
    announce('Warning', 'Failed', 'Error: ErrImagePull');
    throw new ImageError('ErrImagePull', why);
  }
}
