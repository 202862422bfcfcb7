/**
 * Checks an image name and returns upstream's message for the fault, or undefined for a valid name.
 * https://github.com/distribution/reference/blob/main/reference.go
 */
const label = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const domain = `(?:${label}(?:\\.${label})*|\\[[0-9a-fA-F:]+\\])(?::[0-9]+)?`;
const component = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const tag = ':\\w[\\w.-]{0,127}';
const digest = '@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}';
const reference = new RegExp(`^(?:${domain}/)?${component}(?:/${component})*(?:${tag})?(?:${digest})?$`);
const longestName = 255;
/** Longer than any valid name with a tag and a digest, in characters. */
const maxLength = 1024;

/** The name without tag and digest. */
const nameOf = (image: string): string => image.replace(/@.*$/, '').replace(/:[^/:]*$/, '');

/** The fault of an image name in upstream's words; undefined for a valid name. */
export function referenceFault(image: string): string | undefined {
  if (image.length > maxLength) return 'invalid reference format';
  if (reference.test(image)) {
    return nameOf(image).length > longestName
      ? `repository name must not be more than ${longestName} characters`
      : undefined;
  }
  const name = nameOf(image);
  if (name !== name.toLowerCase() && reference.test(image.replace(name, name.toLowerCase()))) {
    const path = name.includes('/') ? name.slice(name.indexOf('/') + 1) : `library/${name}`;
    return `invalid reference format: repository name (${path}) must be lowercase`;
  }
  return 'invalid reference format';
}
