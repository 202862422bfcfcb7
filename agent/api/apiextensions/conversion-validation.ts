/**
 * How the versions of a definition are converted.
 * https://github.com/kubernetes/apiextensions-apiserver/blob/release-1.36/pkg/apis/apiextensions/validation/validation.go
 * (validateCustomResourceConversion). Paths are those of upstream's internal type.
 */
import { validateService, validateUrl } from '../admissionregistration/client-config.ts';
import { isConditionTrue } from '../conditions.ts';
import { forbidden, invalid, notSupported, required } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { checkDns1035Label } from '../names.ts';
import type { admissionregistration, CustomResourceDefinition } from '../types.ts';

const path = 'spec.conversion';
const where = `${path}.webhookClientConfig`;
const accepted = ['v1', 'v1beta1'];

const isAccepted = (versions: readonly string[]): boolean => versions.some((version) => accepted.includes(version));

const hasPem = /-----BEGIN [A-Z0-9 ]+-----[\s\S]*?-----END [A-Z0-9 ]+-----/;
const hasCertificate = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/;

/** What is wrong with a bundle, which is base64 of PEM; undefined: nothing. */
function bundleProblem(bundle: string): string | undefined {
  const text = atob(bundle);
  if (hasCertificate.test(text)) return undefined;
  const problem = hasPem.test(text) ? 'no valid certificate authority data seen' : 'unable to parse bytes as PEM block';
  return `unable to load root certificates: ${problem}`;
}

/** Upstream hands the two names over in the wrong order, so that each is missed under the other's. */
const swapped = ({ name, namespace, ...rest }: NonNullable<admissionregistration.WebhookClientConfig['service']>) => ({
  ...rest,
  name: namespace,
  namespace: name,
});

function clientErrors({ url, service, caBundle }: admissionregistration.WebhookClientConfig, anyBundle: boolean) {
  const problem = caBundle && !anyBundle ? bundleProblem(caBundle) : undefined;
  const bundle = problem === undefined ? [] : [invalid(`${where}.caBundle`, caBundle, problem)];
  if ((url === undefined) === (service === undefined)) {
    return [required(where, 'exactly one of url or service is required'), ...bundle];
  }
  if (service) return [...validateService(`${where}.service`, swapped(service)), ...bundle];
  return [...validateUrl(`${where}.url`, url ?? ''), ...bundle];
}

function reviewVersionErrors(versions: readonly string[], mustKnow: boolean): FieldError[] {
  const field = `${path}.conversionReviewVersions`;
  if (versions.length === 0) return [required(field)];
  return [
    ...versions.flatMap((version, index) => {
      const at = `${field}[${index}]`;
      if (versions.indexOf(version) < index) return [invalid(at, version, 'duplicate version')];
      return checkDns1035Label(version).map((problem) => invalid(at, version, problem));
    }),
    ...(mustKnow && !isAccepted(versions)
      ? [invalid(field, versions, `must include at least one of ${accepted.join(', ')}`)]
      : []),
  ];
}

/** What was wrong already may stay: a bundle of an established definition, and review versions. */
function toleranceOf(old: CustomResourceDefinition | undefined) {
  const { clientConfig, conversionReviewVersions = [] } = old?.spec.conversion?.webhook ?? {};
  const before = clientConfig?.caBundle;
  return {
    anyBundle:
      !isConditionTrue(old?.status?.conditions, 'Established') ||
      Boolean(before && bundleProblem(before) !== undefined),
    mustKnow: conversionReviewVersions.length === 0 || isAccepted(conversionReviewVersions),
  };
}

/** `old` is given on update. */
export function conversionErrors({ spec }: CustomResourceDefinition, old?: CustomResourceDefinition): FieldError[] {
  if (!spec.conversion) return [];
  const { strategy, webhook } = spec.conversion;
  const { clientConfig, conversionReviewVersions: versions = [] } = webhook ?? {};
  if (!strategy) return [required(`${path}.strategy`)];
  if (strategy === 'Webhook') {
    const { anyBundle, mustKnow } = toleranceOf(old);
    return [
      ...(clientConfig
        ? clientErrors(clientConfig, anyBundle)
        : [required(where, 'required when strategy is set to Webhook')]),
      ...reviewVersionErrors(versions, mustKnow),
    ];
  }
  const detail = 'should not be set when strategy is not set to Webhook';
  return [
    ...(strategy === 'None' ? [] : [notSupported(`${path}.strategy`, strategy, ['None', 'Webhook'])]),
    ...(clientConfig ? [forbidden(where, detail)] : []),
    ...(versions.length > 0 ? [forbidden(`${path}.conversionReviewVersions`, detail)] : []),
  ];
}
