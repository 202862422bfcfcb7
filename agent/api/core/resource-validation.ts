/** https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go (ValidateResourceRequirements) */
import { invalid, invalidBy } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { checkQualifiedName } from '../names.ts';
import { compareQuantities, quantityProblem, tryParseQuantity } from '../quantity.ts';
import type { core } from '../types.ts';

const standardResources = /^(cpu|memory|ephemeral-storage|hugepages-.+)$/;

function validateAmounts(path: string, amounts: Readonly<Record<string, string>> | undefined): FieldError[] {
  return Object.entries(amounts ?? {}).flatMap(([name, amount]) => {
    const at = `${path}[${name}]`;
    const quantity = tryParseQuantity(amount);
    return [
      ...invalidBy(at, name, checkQualifiedName),
      ...(name.includes('/') || standardResources.test(name)
        ? []
        : [
            invalid(at, name, 'must be a standard resource type or fully qualified'),
            invalid(at, name, 'must be a standard resource for containers'),
          ]),
      ...(quantity ? [] : [invalid(at, amount, quantityProblem(amount))]),
      ...(quantity && quantity.nano < 0n ? [invalid(at, amount, 'must be greater than or equal to 0')] : []),
    ];
  });
}

export function validateResources(path: string, resources: core.ResourceRequirements | undefined): FieldError[] {
  const limits = resources?.limits as Record<string, string> | undefined;
  const requests = resources?.requests as Record<string, string> | undefined;
  const excess = Object.entries(requests ?? {}).flatMap(([name, request]) => {
    const limit = limits?.[name];
    if (limit === undefined || !tryParseQuantity(limit) || !tryParseQuantity(request)) return [];
    if (compareQuantities(request, limit) <= 0) return [];
    return [invalid(`${path}.requests`, request, `must be less than or equal to ${name} limit of ${limit}`)];
  });
  return [...validateAmounts(`${path}.limits`, limits), ...validateAmounts(`${path}.requests`, requests), ...excess];
}
