/** Keeps the settings of the name server in line with the config map. */
import { dnsSettingsPlace } from '../api/core/dns-settings.ts';
import type { ConfigMap } from '../api/types.ts';
import type { Informer } from '../client/informer.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import { createOutside, type Outside } from './outside.ts';
import { settingsByDefault, settingsFrom } from './settings.ts';

export interface SettingsOptions {
  config: { nodeIP: string; dnsIP: string };
  settings: Informer<ConfigMap>;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
}

const settingsKey = `${dnsSettingsPlace.namespace}/${dnsSettingsPlace.name}`;

/**
 * What is in force now. A Corefile that cannot be read is told of, and the last one that could stays in force, as
 * CoreDNS's plugin `reload` has it.
 */
export function followSettings(
  { config, settings, clock, log, signal }: SettingsOptions,
  nodeServers: readonly string[],
): () => Outside {
  const inputs = { nodeServers, ownAddresses: [config.nodeIP, config.dnsIP] };
  let inForce = createOutside(settingsByDefault(inputs), clock);
  let read: string | undefined;
  const apply = (): void => {
    const corefile = settings.get(settingsKey)?.data?.Corefile;
    if (corefile === read) return;
    read = corefile;
    try {
      const next = corefile === undefined ? settingsByDefault(inputs) : settingsFrom(corefile, inputs);
      inForce = createOutside(next, clock);
      log.info('Took over the settings', { ignored: next.ignored });
    } catch (error) {
      log.error('The Corefile cannot be read, the settings stay as they were', { error });
    }
  };
  apply();
  signal.addEventListener('abort', settings.onChange(apply), { once: true });
  return () => inForce;
}
