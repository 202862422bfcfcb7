/** Claims, volumes, classes and drivers for plugins. */
import { persistentVolumes } from '../api/core/persistent-volume.ts';
import { persistentVolumeClaims } from '../api/core/persistent-volume-claim.ts';
import { pods } from '../api/core/pod.ts';
import type { Kind } from '../api/kind.ts';
import { csiNodes } from '../api/storage/csi-node.ts';
import { storageClasses } from '../api/storage/storage-class.ts';
import { type Informers, keyOf } from '../client/informer.ts';
import type { Clock } from '../clock.ts';
import type { StorageLister } from './framework/handle.ts';

/** The kinds whose changes may help a pod that waits for its volumes. */
export const storageKinds: readonly Kind[] = [persistentVolumeClaims, persistentVolumes, storageClasses, csiNodes];

export function createStorageLister(informers: Informers, clock: Clock): StorageLister {
  const [claims, volumes] = [informers.for(persistentVolumeClaims), informers.for(persistentVolumes)];
  const [classes, csi, podInformer] = [informers.for(storageClasses), informers.for(csiNodes), informers.for(pods)];
  return {
    claim: (namespace, name) => claims.get(`${namespace}/${name}`),
    volume: (name) => volumes.get(name),
    volumes: volumes.list,
    storageClass: (name) => classes.get(name),
    csiNode: (nodeName) => csi.get(nodeName),
    hasPod: (pod) => podInformer.get(keyOf(pod))?.metadata.uid === pod.metadata.uid,
    until(check, timeout, signal) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const ask = (): void => {
        try {
          if (check()) resolve();
        } catch (error) {
          reject(error);
        }
      };
      const stops = [claims.onChange(ask), volumes.onChange(ask), podInformer.onChange(ask)];
      stops.push(clock.after(timeout, () => reject(new Error('context deadline exceeded'))));
      const abort = (): void => reject(signal.reason);
      signal.addEventListener('abort', abort, { once: true });
      ask();
      return promise.finally(() => {
        signal.removeEventListener('abort', abort);
        for (const stop of stops) stop();
      });
    },
  };
}
