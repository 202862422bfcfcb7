/**
 * Which webhooks or policies want to see an object again: those that ask for it, where it has changed since they saw it.
 * https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#reinvocation-policy
 */
export class Reinvocations {
  readonly #seen = new Set<string>();
  readonly #due = new Set<string>();

  isDue(key: string): boolean {
    return this.#due.has(key);
  }

  objectChanged(): void {
    for (const key of this.#seen) this.#due.add(key);
    this.#seen.clear();
  }

  /** `policy`: undefined counts as `Never`. */
  ran(key: string, policy: string | undefined): void {
    if (policy === 'IfNeeded') this.#seen.add(key);
  }
}
