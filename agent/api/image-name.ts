/**
 * Names of container images, completed as registries and runtimes do it. Pure. Each function expects a valid name.
 * https://github.com/distribution/reference/blob/main/normalize.go
 */

export interface ImageName {
  /** Registry and path: `docker.io/library/nginx`. */
  repository: string;
  /** Absent if the name has a digest and no tag; `latest` if it has neither. */
  tag?: string;
  /** `sha256:...` */
  digest?: string;
}

/** A first part with a dot or a port, or in upper case, is a registry; so is `localhost`. */
const isRegistry = (part: string): boolean => /[.:]/.test(part) || part === 'localhost' || part !== part.toLowerCase();

function repositoryOf(name: string): string {
  const slash = name.indexOf('/');
  const first = slash < 0 ? '' : name.slice(0, slash);
  const [registry, path] = isRegistry(first) ? [first, name.slice(slash + 1)] : ['docker.io', name];
  if (registry !== 'docker.io' && registry !== 'index.docker.io') return `${registry}/${path}`;
  return `docker.io/${path.includes('/') ? path : `library/${path}`}`;
}

export function parseImageName(image: string): ImageName {
  const [named = '', digest] = image.split('@');
  const colon = named.lastIndexOf(':');
  const tagged = colon > named.lastIndexOf('/');
  const tag = tagged ? named.slice(colon + 1) : digest === undefined ? 'latest' : undefined;
  return {
    repository: repositoryOf(tagged ? named.slice(0, colon) : named),
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

/** `docker.io/library/nginx:latest` for `nginx`. A digest decides alone, so a tag beside one is left out. */
export function fullImageName(image: string): string {
  const { repository, tag, digest } = parseImageName(image);
  return digest === undefined ? `${repository}:${tag}` : `${repository}@${digest}`;
}

/**
 * The name as an engine takes it: with the tag that it means, or with its digest alone. An engine would pull every tag
 * of a name without one.
 */
export function engineImageName(image: string): string {
  const [named = '', digest] = image.split('@');
  const colon = named.lastIndexOf(':');
  const tagged = colon > named.lastIndexOf('/');
  if (digest !== undefined) return `${tagged ? named.slice(0, colon) : named}@${digest}`;
  return tagged ? named : `${named}:latest`;
}
