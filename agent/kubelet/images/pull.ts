/**
 * Makes an image available to a pod: pulls it if its pull policy asks for it, with the pod's credentials, and with
 * upstream's events and messages.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/images/image_manager.go
 */
import { messageOf } from '../../api/errors.ts';
import { fullImageName, parseImageName } from '../../api/image-name.ts';
import { referenceFault } from '../../api/image-reference.ts';
import type { Secret } from '../../api/types.ts';
import type { Clock } from '../../clock.ts';
import type { Slots } from '../limits/slots.ts';
import type { ImageInfo, PodIdentity, Runtime } from '../runtime/runtime.ts';
import { type Credential, credentialsFor } from './credentials.ts';
import { durationText } from './duration-text.ts';
import type { PulledImages } from './pulled-images.ts';
import { together } from './together.ts';

/** An image that a pod cannot have. `reason` becomes the waiting reason of the container. */
export class ImageError extends Error {
  readonly reason: 'ErrImagePull' | 'ErrImageNeverPull' | 'ImageInspectError' | 'InvalidImageName';
  /** As the pod names it. */
  readonly image: string;
  constructor(reason: ImageError['reason'], image: string, message: string) {
    super(message);
    this.reason = reason;
    this.image = image;
  }
}

export type Announce = (type: 'Normal' | 'Warning', reason: string, message: string) => void;

export interface ImageRequest {
  /** As the pod names it. */
  image: string;
  /** `Always`, `IfNotPresent` or `Never`. */
  policy: string | undefined;
  pod: PodIdentity;
  /** The pod's imagePullSecrets. */
  secrets: readonly Secret[];
}

export interface ImageDeps {
  runtime: Runtime;
  clock: Clock;
  pulled: PulledImages;
  /** How many pulls run at a time. */
  slots: Slots;
}

/** True if the pull policy is Always only by default: an image with no tag, or with the tag `latest`. */
function isDefaultedAlways(image: string): boolean {
  const { tag, digest } = parseImageName(image);
  return digest === undefined && tag === 'latest';
}

/** Tries one credential after the other; without any, asks as nobody. Resolves with the one that was accepted. */
async function pullWith(
  { runtime }: ImageDeps,
  { image, pod }: ImageRequest,
  credentials: readonly Credential[],
  signal: AbortSignal,
): Promise<Credential | undefined> {
  if (credentials.length === 0) {
    await runtime.pullImage(image, pod, undefined, signal);
    return undefined;
  }
  const failures: string[] = [];
  for (const credential of credentials) {
    try {
      await runtime.pullImage(image, pod, credential, signal);
      return credential;
    } catch (error) {
      signal.throwIfAborted();
      failures.push(messageOf(error));
    }
  }
  throw new Error(together(failures));
}

/** Resolves with the image, and records who may use it from now on. */
async function pull(
  deps: ImageDeps,
  request: ImageRequest,
  credentials: readonly Credential[],
  announce: Announce,
  signal: AbortSignal,
): Promise<ImageInfo> {
  const { runtime, clock, pulled, slots } = deps;
  const { image, pod } = request;
  announce('Normal', 'Pulling', `Pulling image "${image}"`);
  const askedAt = clock.now();
  await pulled.begin(fullImageName(image));
  try {
    const { credential, took, wasThere } = await slots.use(async () => {
      // It may have come while this pull waited for its turn.
      const wasThere = (await runtime.inspectImage(image, pod, signal)) !== undefined;
      signal.throwIfAborted();
      const startedAt = clock.now();
      const credential = await pullWith(deps, request, credentials, signal);
      return { credential, took: clock.now() - startedAt, wasThere };
    });
    const info = await runtime.inspectImage(image, pod, signal);
    if (!info) throw new Error(`image "${image}" is not there after its pull`);
    const { repository } = parseImageName(image);
    const name = fullImageName(image);
    await pulled.succeeded({ image: name, repository, id: info.id, credential, wasThere, at: clock.now() });
    const times = `in ${durationText(took)} (${durationText(clock.now() - askedAt)} including waiting)`;
    announce('Normal', 'Pulled', `Successfully pulled image "${image}" ${times}. Image size: ${info.size} bytes.`);
    return info;
  } catch (error) {
    await pulled.failed(fullImageName(image));
    throw error;
  }
}

/** Announces why the pod cannot have the image, and returns it as an error. */
function refuse(
  announce: Announce,
  reason: ImageError['reason'],
  image: string,
  message: string,
  event: { reason: string; message?: string },
): ImageError {
  announce('Warning', event.reason, event.message ?? message);
  announce('Warning', 'Failed', `Error: ${reason}`);
  return new ImageError(reason, image, message);
}

async function inspect(
  { runtime }: ImageDeps,
  { image, pod }: ImageRequest,
  announce: Announce,
  signal: AbortSignal,
): Promise<ImageInfo | undefined> {
  try {
    return await runtime.inspectImage(image, pod, signal);
  } catch (error) {
    signal.throwIfAborted();
    // Upstream names the image that it did not find, which is ''.
    const message = `Failed to inspect image "": ${messageOf(error)}`;
    throw refuse(announce, 'ImageInspectError', image, message, { reason: 'InspectFailed' });
  }
}

function checkName(image: string, announce: Announce): void {
  const fault = referenceFault(image);
  if (!fault) return;
  const message = `Failed to apply default image tag "${image}": couldn't parse image name "${image}": ${fault}`;
  throw refuse(announce, 'InvalidImageName', image, message, { reason: 'InspectFailed' });
}

function pullFailed(image: string, error: unknown, announce: Announce): ImageError {
  const why = messageOf(error);
  const event = { reason: 'Failed', message: `Failed to pull image "${image}": ${why}` };
  return refuse(announce, 'ErrImagePull', image, why, event);
}

/** Throws `ImageError` for a secret that cannot be read. */
function readCredentials({ image, secrets }: ImageRequest, announce: Announce): Credential[] {
  try {
    return credentialsFor(parseImageName(image).repository, secrets);
  } catch (error) {
    throw pullFailed(image, error, announce);
  }
}

type Choice = 'take' | 'pull' | 'prefer local';

/**
 * What to do about an image. The node takes an image that exists only locally even if the pull policy is Always by
 * default, and one that it cannot pull anew (`prefer local`).
 */
function choose({ image, policy }: ImageRequest, local: ImageInfo | undefined, verified: boolean): Choice {
  if (!local || !verified) return 'pull';
  if (policy !== 'Always') return 'take';
  if (!isDefaultedAlways(image)) return 'pull';
  return (local.digests?.length ?? 0) === 0 ? 'take' : 'prefer local';
}

/**
 * Resolves with the image once the pod may use it. Throws `ImageError` and announces the failure.
 */
export async function ensureImage(
  deps: ImageDeps,
  request: ImageRequest,
  announce: Announce,
  signal: AbortSignal,
): Promise<ImageInfo> {
  const { image, policy } = request;
  checkName(image, announce);
  const local = await inspect(deps, request, announce, signal);
  const { repository } = parseImageName(image);
  const credentials = readCredentials(request, announce);
  const name = fullImageName(image);
  const verified = !local || !(await deps.pulled.mustPull(name, repository, local.id, credentials));
  const choice = choose(request, local, verified);
  const takeLocal = (info: ImageInfo): ImageInfo => {
    announce(
      'Normal',
      'Pulled',
      `Container image "${image}" already present on machine and can be accessed by the pod`,
    );
    return info;
  };
  if (local && choice === 'take') return takeLocal(local);
  if (policy === 'Never') {
    const why = local
      ? 'is present with pull policy of Never but does not have the proper credentials to access the image'
      : 'is not present with pull policy of Never';
    const message = `Container image "${image}" ${why}`;
    throw refuse(announce, 'ErrImageNeverPull', image, message, { reason: 'ErrImageNeverPull' });
  }
  try {
    return await pull(deps, request, credentials, announce, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (local && choice === 'prefer local') return takeLocal(local);
    throw pullFailed(image, error, announce);
  }
}
