/**
 * A module that few clusters need: whoever may need it waits for `load` first, and reads it at once from then on.
 */
export interface Late<Module> {
  /** Undefined: it is there already. */
  load(): Promise<void> | undefined;
  /** Throws before it has been loaded. */
  get(): Module;
}

export function late<Module>(name: string, importing: () => Promise<Module>): Late<Module> {
  let module: Module | undefined;
  let loading: Promise<void> | undefined;
  const load = async (): Promise<void> => {
    module = await importing();
  };
  return {
    load: () => {
      if (module) return undefined;
      loading ??= load();
      return loading;
    },
    get: () => {
      if (!module) throw new Error(`${name} was not loaded before it was needed`);
      return module;
    },
  };
}
