/** Owner references. https://github.com/kubernetes/apimachinery/blob/release-1.36/pkg/apis/meta/v1/controller_ref.go */
import type { KubeObject, meta } from './types.ts';

/** The reference of the one controller that manages the object. */
export const controllerOf = (object: Pick<KubeObject, 'metadata'>): meta.OwnerReference | undefined =>
  object.metadata.ownerReferences?.find((owner) => owner.controller);

/** A controller's reference to itself, for what it makes: deletion of the owner waits for it in the foreground. */
export const ownerReference = (owner: KubeObject): meta.OwnerReference => ({
  apiVersion: owner.apiVersion,
  kind: owner.kind,
  name: owner.metadata.name,
  uid: owner.metadata.uid,
  controller: true,
  blockOwnerDeletion: true,
});
