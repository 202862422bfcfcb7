/** The ingress class of a new cluster, which is its default. The agent itself is the controller. */
import type { Draft, IngressClass } from '../types.ts';
import { defaultIngressClassAnnotation } from './ingress-class.ts';

/** The controller that the class names. */
export const ingressController = 'skiff.dev/ingress';

export const firstIngressClass: Draft<IngressClass> = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'IngressClass',
  metadata: { name: 'skiff', annotations: { [defaultIngressClassAnnotation]: 'true' } },
  spec: { controller: ingressController },
};
