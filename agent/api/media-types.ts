/** How bodies are written, on both sides of a connection. https://kubernetes.io/docs/reference/using-api/api-concepts/#alternate-representations-of-resources */
export const mediaType = {
  json: 'application/json',
  yaml: 'application/yaml',
  protobuf: 'application/vnd.kubernetes.protobuf',
  jsonPatch: 'application/json-patch+json',
  mergePatch: 'application/merge-patch+json',
  strategicMergePatch: 'application/strategic-merge-patch+json',
} as const;

/** In the order in which upstream lists them. https://kubernetes.io/docs/reference/using-api/api-concepts/#patch-and-apply */
export const patchTypes = [mediaType.jsonPatch, mediaType.mergePatch, mediaType.strategicMergePatch] as const;

export type PatchType = (typeof patchTypes)[number];
