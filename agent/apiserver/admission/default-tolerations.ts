/** https://github.com/kubernetes/kubernetes/blob/master/plugin/pkg/admission/defaulttolerationseconds/admission.go */
import type { Pod } from '../../api/types.ts';
import type { AdmissionStep } from './admit.ts';
import { podOf } from './pods.ts';

const keys = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];

type Toleration = NonNullable<Pod['spec']['tolerations']>[number];

const tolerates = (toleration: Toleration, key: string): boolean =>
  (!toleration.key || toleration.key === key) && (!toleration.effect || toleration.effect === 'NoExecute');

export const defaultTolerations: AdmissionStep = (_core, write) => {
  const pod = write.old ? undefined : podOf(write);
  if (!pod) return undefined;
  const present = pod.spec.tolerations ?? [];
  const missing = keys.filter((key) => !present.some((toleration) => tolerates(toleration, key)));
  if (missing.length === 0) return undefined;
  pod.spec.tolerations = [
    ...present,
    ...missing.map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 })),
  ];
  return undefined;
};
