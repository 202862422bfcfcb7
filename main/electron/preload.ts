/** The only part of Electron that the window sees: the contract's `Desktop`. Runs sandboxed. */
import { contextBridge, type IpcRendererEvent, ipcRenderer } from 'electron';
import type { Desktop } from '../contract.ts';
import { callChannel, eventChannel } from './bridge.ts';

const desktop: Desktop = {
  call: (name, input) => ipcRenderer.invoke(callChannel, name, input),
  on(name, listener) {
    const receive = (_: IpcRendererEvent, event: string, data: Parameters<typeof listener>[0]) => {
      if (event === name) listener(data);
    };
    ipcRenderer.on(eventChannel, receive);
    return () => void ipcRenderer.removeListener(eventChannel, receive);
  },
};

contextBridge.exposeInMainWorld('skiff', desktop);
