/** Finds the engine of a profile: the one that it was made on, whatever else is running. */
import type { Engine } from '../engine/engine.ts';
import { EngineError, noEngine } from '../engine/errors.ts';
import { type EngineSearch, findEngine, passedOver, tryEngine } from '../engine/find.ts';
import { quoted } from '../quoted.ts';
import type { Home } from './home.ts';
import { contextOf, ofProfile } from './names.ts';
import type { Profile } from './profile.ts';

export interface EnginesOptions {
  home: Home;
  find?: ((signal?: AbortSignal) => Promise<EngineSearch>) | undefined;
  connect?: ((endpoint: string) => Promise<{ engine?: Engine; outcome: string }>) | undefined;
  say?: ((line: string) => void) | undefined;
}

export class Engines {
  private readonly options: EnginesOptions;
  /** Engines by endpoint; '' is the engine for new profiles. */
  private readonly known = new Map<string, Engine>();

  constructor(options: EnginesOptions) {
    this.options = options;
  }

  /** The engine of a profile, or the one to make a new profile on. Throws `EngineElsewhere` or `EngineNotFound`. */
  async of(profile: Profile | undefined, signal: AbortSignal): Promise<Engine> {
    if (!profile?.engine) return this.preferred(signal);
    const known = this.known.get(profile.engine);
    if (known) return known;
    const { engine, outcome } = await (this.options.connect ?? tryEngine)(profile.engine);
    const found = engine ?? (await this.underOtherAddress(profile, outcome, signal));
    this.known.set(profile.engine, found);
    return found;
  }

  /** Searches again next time. */
  forget(): void {
    this.known.clear();
  }

  /** Closes connections, also those that still wait for an answer. */
  close(): void {
    for (const engine of this.known.values()) engine.close();
    this.known.clear();
  }

  private async preferred(signal: AbortSignal): Promise<Engine> {
    const known = this.known.get('');
    if (known) return known;
    const { engine, status } = await (this.options.find ?? findEngine)(signal);
    if (!engine) throw noEngine(status);
    const warning = passedOver(status);
    if (warning) this.options.say?.(warning);
    this.known.set('', engine);
    return engine;
  }

  /** The engine may listen at another address by now. It is the same engine if the profile's cluster is on it. */
  private async underOtherAddress(profile: Profile, outcome: string, signal: AbortSignal): Promise<Engine> {
    const { engine } = await (this.options.find ?? findEngine)(signal);
    if (engine && (await isOn(engine, profile, signal))) return engine;
    throw elsewhere(profile, outcome, engine, this.options.home);
  }
}

async function isOn(engine: Engine, { name }: Profile, signal: AbortSignal): Promise<boolean> {
  const [containers, volumes] = await Promise.all([
    engine.containers([ofProfile(name)], signal),
    engine.volumes([ofProfile(name)], signal),
  ]);
  return containers.length + volumes.length > 0;
}

function elsewhere({ name, engine }: Profile, outcome: string, other: Engine | undefined, home: Home): EngineError {
  const found = other ? `; ${other.info.name} at ${other.info.endpoint} does not have it` : '';
  return new EngineError('EngineElsewhere', `profile ${name} is on the engine at ${engine}: ${outcome}${found}`, {
    hint: `Start that engine and try again. If it is gone for good, remove what is left of the cluster: \`rm -r ${quoted(home.profile(name))}; kubectl config delete-context ${contextOf(name)}\`.`,
  });
}
