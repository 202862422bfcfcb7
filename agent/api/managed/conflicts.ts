/**
 * Fields that an apply would take from others who own them, in upstream's words.
 * https://github.com/kubernetes/apimachinery/blob/release-1.36/pkg/util/managedfields/internal/conflict.go
 */
import { ApiError } from '../errors.ts';
import type { ManagerEntry } from './entries.ts';
import type { FieldSet } from './field-set.ts';
import { pathsOf } from './paths.ts';

export interface Conflict {
  entry: ManagerEntry;
  fields: FieldSet;
}

function managerText({ manager, subresource, operation, apiVersion }: ManagerEntry): string {
  const name = JSON.stringify(manager) + (subresource ? ` with subresource ${JSON.stringify(subresource)}` : '');
  return operation === 'Update' ? `${name} using ${apiVersion}` : name;
}

function messageOf(found: readonly { manager: string; path: string }[]): string {
  const [first, ...others] = found;
  if (first && others.length === 0) {
    return `Apply failed with 1 conflict: conflict with ${first.manager}: ${first.path}`;
  }
  const byManager = new Map<string, string[]>();
  for (const { manager, path } of found) byManager.set(manager, [...(byManager.get(manager) ?? []), path]);
  const lines = [...byManager.keys()]
    .sort()
    .flatMap((manager) => [`conflicts with ${manager}:`, ...(byManager.get(manager) ?? []).map((path) => `- ${path}`)]);
  return `Apply failed with ${found.length} conflicts: ${lines.join('\n')}`;
}

/** 409, with a cause for each field. */
export function applyConflict(conflicts: readonly Conflict[]): ApiError {
  const found = conflicts.flatMap(({ entry, fields }) =>
    pathsOf(fields).map((path) => ({ manager: managerText(entry), path })),
  );
  const causes = found.map(({ manager, path }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${manager}`,
    field: path,
  }));
  return new ApiError(409, 'Conflict', messageOf(found), { causes });
}
