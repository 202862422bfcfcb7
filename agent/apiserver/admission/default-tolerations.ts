/** https://github.com/kubernetes/kubernetes/blob/master/plugin/pkg/admission/defaulttolerationseconds/admission.go */
import type { Pod } from '../../api/types.ts';
import { podOf } from './pods.ts';
import type { AdmissionStep } from './step.ts';

const keys = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];

type Toleration = NonNullable<Pod['spec']['tolerations']>[number];

const tolerates = (toleration: Toleration, key: string): boolean =>
  (!toleration.key || toleration.key === key) && (!toleration.effect || toleration.effect === 'NoExecute');

function tolerate(pod: Pod): void {
  const present = pod.spec.tolerations ?? [];
  const missing = keys.filter((key) => !present.some((toleration) => tolerates(toleration, key)));
  if (missing.length === 0) return;
  pod.spec.tolerations = [
    ...present,
    ...missing.map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 })),
  ];
}

export const defaultTolerations: AdmissionStep = {
  name: 'DefaultTolerationSeconds',
  operations: ['create'],
  resources: ['pods'],
  mutate: (attributes) => {
    const pod = podOf(attributes);
    if (pod) tolerate(pod);
  },
};
