/** The images that a container starts from, with the credentials of its pod, and what follows if it cannot have one. */
import { messageOf } from '../../api/errors.ts';
import type { core, Secret } from '../../api/types.ts';
import { ensureImage, type ImageError } from '../images/pull.ts';
import type { ImageInfo, PodIdentity } from '../runtime/runtime.ts';
import { containerNamed } from '../spec/containers.ts';
import { containerAnnouncer, podAnnouncer } from './events.ts';
import type { PodMemory } from './memory.ts';
import { nextBackoff } from './model.ts';
import type { FailureReporter, ImageUser } from './parts.ts';

export const identityOf = ({ pod: { metadata }, uid }: PodMemory): PodIdentity => ({
  name: metadata.name,
  namespace: metadata.namespace ?? '',
  uid,
});

/** Upstream goes on without a secret that it cannot read: the image may be public. */
async function pullSecrets({ objects, recorder, log }: ImageUser, memory: PodMemory): Promise<Secret[]> {
  const found: Secret[] = [];
  const missing: string[] = [];
  for (const { name } of memory.pod.spec.imagePullSecrets ?? []) {
    // The API accepts entries without a name.
    if (!name) continue;
    try {
      const secret = await objects.secret(memory.pod.metadata.namespace ?? '', name);
      if (secret) found.push(secret);
      else missing.push(name);
    } catch (error) {
      log.warn('Cannot read a secret for pulling images', { secret: name, error: messageOf(error) });
      missing.push(name);
    }
  }
  if (missing.length > 0) {
    const names = missing.join(', ');
    const message = `Unable to retrieve some image pull secrets (${names}); attempting to pull the image may not succeed.`;
    podAnnouncer(recorder, memory)('Warning', 'FailedToRetrieveImagePullSecret', message);
  }
  return found;
}

/** The volumes of the pod that the container mounts. */
function mountedVolumes({ pod }: PodMemory, { volumeMounts = [] }: core.Container): core.Volume[] {
  const mounted = new Set(volumeMounts.map((mount) => mount.name));
  return (pod.spec.volumes ?? []).filter((volume) => mounted.has(volume.name));
}

/**
 * Resolves with the container's image once the pod may use it, and the images that it mounts are unpacked. As in
 * upstream, the events of a mounted image are the pod's. Throws `ImageError`.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/kuberuntime/kuberuntime_manager.go
 * (getImageVolumes)
 */
export async function imageOf(
  parts: ImageUser,
  memory: PodMemory,
  spec: core.Container,
  signal: AbortSignal,
): Promise<ImageInfo> {
  const { images, imageContent, recorder } = parts;
  const pod = identityOf(memory);
  const secrets = await pullSecrets(parts, memory);
  for (const { name, image: source } of mountedVolumes(memory, spec)) {
    if (!source) continue;
    const request = { image: source.reference ?? '', policy: source.pullPolicy, pod, secrets };
    const { id } = await ensureImage(images, request, podAnnouncer(recorder, memory), signal);
    await imageContent.take(memory.uid, name, id, signal);
  }
  const request = { image: spec.image ?? '', policy: spec.imagePullPolicy, pod, secrets };
  return ensureImage(images, request, containerAnnouncer(recorder, memory, spec.name), signal);
}

const retryLater = 10_000;
/** How long ErrImagePull stays visible before it becomes ImagePullBackOff, in milliseconds. */
const backOffShown = 1_000;

/** Keeps the failure for the pod's status. Failed pulls are tried again after growing delays, which the pod's containers share. */
export function imageFailed(parts: FailureReporter, memory: PodMemory, container: string, error: ImageError): void {
  const now = parts.clock.now();
  const { image, message, reason } = error;
  if (reason !== 'ErrImagePull') {
    memory.starts.failures.set(container, { reason, message, image, retryAt: now + retryLater });
    return;
  }
  const backoff = nextBackoff(memory.starts.pulls.get(image), now);
  memory.starts.pulls.set(image, backoff);
  const retryAt = now + backoff.duration;
  const failure = { reason, message, image, retryAt };
  memory.starts.failures.set(container, failure);
  parts.clock.after(backOffShown, () => {
    if (memory.starts.failures.get(container) !== failure) return;
    const announce = containerAnnouncer(parts.recorder, memory, container);
    const backOff = `Back-off pulling image "${image}"`;
    announce('Normal', 'BackOff', backOff);
    announce('Warning', 'Failed', 'Error: ImagePullBackOff');
    const told = `${backOff}: ErrImagePull: ${message}`;
    memory.starts.failures.set(container, { reason: 'ImagePullBackOff', message: told, image, retryAt });
    parts.cache.touch(memory.uid);
  });
}

/** The images that a container needs: its own, and those of the volumes that it mounts. */
function imagesIn(memory: PodMemory, name: string): (string | undefined)[] {
  const spec = containerNamed(memory.pod, name);
  const volumes = spec ? mountedVolumes(memory, spec) : [];
  return [spec?.image, ...volumes.map((volume) => volume.image?.reference)];
}

/** Drops the failures about images that the pod no longer names, so that a corrected name is tried at once. */
export function forgetReplacedImages(memory: PodMemory): void {
  for (const [name, { image }] of memory.starts.failures) {
    if (image !== undefined && !imagesIn(memory, name).includes(image)) memory.starts.failures.delete(name);
  }
}

/** Drops the failures about images that have arrived, e.g. because somebody loaded them. True if there were any. */
export async function forgetArrivedImages(parts: ImageUser, memory: PodMemory): Promise<boolean> {
  let any = false;
  for (const [name, failure] of memory.starts.failures) {
    if (failure.image === undefined || failure.reason === 'InvalidImageName') continue;
    const found = await parts.runtime.inspectImage(failure.image, identityOf(memory), parts.signal);
    if (!found || memory.starts.failures.get(name) !== failure) continue;
    memory.starts.failures.delete(name);
    any = true;
  }
  return any;
}
