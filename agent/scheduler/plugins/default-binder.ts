import type { Handle } from '../framework/handle.ts';
import type { Bind, Plugin } from '../framework/plugin.ts';

/**
 * Binds with the `binding` subresource.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/scheduler/framework/plugins/defaultbinder/default_binder.go
 */
export const defaultBinder = ({ api }: Pick<Handle, 'api'>): Plugin & Bind => ({
  name: 'DefaultBinder',
  async bind({ pod }, nodeName, signal) {
    await api.bind(pod, nodeName, signal);
    return 'bound';
  },
});
