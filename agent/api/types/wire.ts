/**
 * A declaration of `kubernetes-models` as it travels: where it names the values of an enumeration, any string may
 * arrive, until validation has refused it. Upstream's Go types are strings there as well.
 */
export type Wire<T> = T extends string
  ? string
  : T extends readonly (infer Item)[]
    ? Wire<Item>[]
    : T extends object
      ? { [Field in keyof T]: Wire<T[Field]> }
      : T;
