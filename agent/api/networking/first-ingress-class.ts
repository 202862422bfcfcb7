/** The ingress class of a new cluster, which is its default. The agent itself is the controller. */
import type { Draft, IngressClass } from '../types.ts';

/** The controller that the class names. */
export const ingressController = 'skiff.dev/ingress';

/** On a class: an ingress without one gets it. */
export const defaultIngressClassAnnotation = 'ingressclass.kubernetes.io/is-default-class';

export const firstIngressClass: Draft<IngressClass> = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'IngressClass',
  metadata: { name: 'skiff', annotations: { [defaultIngressClassAnnotation]: 'true' } },
  spec: { controller: ingressController },
};
