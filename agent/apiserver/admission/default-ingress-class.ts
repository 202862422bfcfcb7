/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/plugin/pkg/admission/network/defaultingressclass/admission.go
 */
import { defaultIngressClassAnnotation, ingressClasses } from '../../api/networking/ingress-class.ts';
import { classAnnotation } from '../../api/networking/ingress-validation.ts';
import type { Ingress } from '../../api/types.ts';
import { objectIn } from './attributes.ts';
import { defaultClass } from './default-class.ts';
import type { AdmissionStep } from './step.ts';

export const defaultIngressClass: AdmissionStep = {
  name: 'DefaultIngressClass',
  operations: ['create'],
  resources: ['ingresses.networking.k8s.io'],
  mutate: (attributes, { state }) => {
    const { metadata, spec } = objectIn(attributes) as object as Ingress;
    if (spec.ingressClassName !== undefined || metadata.annotations?.[classAnnotation] !== undefined) return;
    const found = defaultClass(
      state,
      ingressClasses,
      ({ metadata: { annotations } }) => annotations?.[defaultIngressClassAnnotation] === 'true',
    );
    if (found) spec.ingressClassName = found.metadata.name;
  },
};
