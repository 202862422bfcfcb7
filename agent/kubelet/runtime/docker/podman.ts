/** What Podman's Docker API says otherwise than Docker; without dependencies, for whoever talks to an engine. */

/**
 * Podman answers 500 to much of what Docker has a code of its own for; the cause is the same text whatever the container.
 * https://github.com/containers/podman/blob/v4.3.1/libpod/define/errors.go
 */
const codes: Readonly<Record<string, number>> = {
  'no such container': 404,
  'container state improper': 409,
  'that name is already in use': 409,
};

interface Refusal {
  statusCode?: unknown;
  json?: { cause?: unknown; message?: unknown } | null;
}

const refusalOf = (error: unknown): Refusal => (typeof error === 'object' && error !== null ? error : {});

/** The status of an engine's refusal, as Docker would have it. */
export function statusOf(error: unknown): number | undefined {
  const { statusCode, json } = refusalOf(error);
  if (typeof statusCode !== 'number') return undefined;
  return (statusCode === 500 ? codes[String(json?.cause)] : undefined) ?? statusCode;
}

/** Ids of the containers that live in the one that was to be removed: Podman wants them removed before it. */
export function dependentsIn(error: unknown): string[] {
  const [, ids] = /has dependent containers which must be removed before it: ([^:]*)/.exec(messageOf(error)) ?? [];
  return ids?.match(/[0-9a-f]{64}/g) ?? [];
}

const messageOf = (error: unknown): string => {
  const { json } = refusalOf(error);
  return typeof json?.message === 'string' ? json.message : '';
};

/** Its success has a code that dockerode does not expect: 201 where Docker says 200. */
export async function resized(request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (statusOf(error) !== 201) throw error;
  }
}
