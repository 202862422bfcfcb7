/** The application itself: what it is, what it uses, what the user prefers. */
import type { Handlers } from '../contract.ts';
import { CallFailure } from '../failure.ts';
import type { Services } from './services.ts';
import { measureSelf } from './usage.ts';

type AppCalls = Pick<Handlers, 'app.info' | 'app.usage' | 'app.openExternal' | 'preferences.get' | 'preferences.set'>;

export const appCalls = ({ app, clusters, preferences }: Services): AppCalls => ({
  async 'app.info'() {
    const { version, shell } = app;
    return { version, shell, platform: process.platform, firstRun: await app.firstRun() };
  },
  async 'app.usage'({ profile }, signal) {
    const [self, cluster] = await Promise.all([measureSelf(), profile ? clusters.usage(profile, signal) : undefined]);
    return { app: self, ...(cluster ? { cluster } : {}) };
  },
  async 'app.openExternal'({ url }) {
    if (!/^https?:\/\//i.test(url)) throw new CallFailure('BadAddress', `${url} is not a web address`);
    await app.openExternal(url);
    return undefined;
  },
  'preferences.get': () => preferences.get(),
  'preferences.set': (change) => preferences.set(change),
});
