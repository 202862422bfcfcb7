/** Work in steps, between which whoever does it may let others go on. */
export type Steps<Result> = Generator<undefined, Result>;

/** All steps at once. */
export function inOneGo<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}
