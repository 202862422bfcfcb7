/**
 * How bodies are written, on both sides of a connection.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#alternate-representations-of-resources
 */
export const mediaType = {
  json: 'application/json',
  yaml: 'application/yaml',
  protobuf: 'application/vnd.kubernetes.protobuf',
  jsonPatch: 'application/json-patch+json',
  mergePatch: 'application/merge-patch+json',
  strategicMergePatch: 'application/strategic-merge-patch+json',
  applyPatch: 'application/apply-patch+yaml',
} as const;

/** Patches that say what is to change; an apply says what is to be there. */
export const changeTypes = [mediaType.jsonPatch, mediaType.mergePatch, mediaType.strategicMergePatch] as const;

/**
 * In the order in which upstream lists them.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#patch-and-apply
 */
export const patchTypes: readonly string[] = [...changeTypes, mediaType.applyPatch];

/** Of kinds that bring their schema along: a custom resource has no merge keys. */
export const customPatchTypes = patchTypes.filter((type) => type !== mediaType.strategicMergePatch);

export type PatchType = (typeof changeTypes)[number];
