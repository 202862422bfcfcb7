/** Manifests may be dropped anywhere on the window. */
import { FileUp } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { errorOf } from '../data/desktop.ts';
import { openTab } from '../data/dock.ts';
import { notifyError } from '../data/notifications.ts';
import { readFiles } from '../editor/manifest-files.ts';

async function openDropped(context: string, files: FileList): Promise<void> {
  try {
    const text = await readFiles(files);
    if (text) openTab({ type: 'apply', title: files[0]?.name ?? 'Apply YAML', context, text: `${text}\n` });
    else
      notifyError({ code: 'NoManifest', message: 'No manifest was dropped', hint: 'Drop .yaml, .yml or .json files.' });
  } catch (error) {
    notifyError(errorOf(error));
  }
}

export function DropTarget({ context, children }: { context: string; children: ReactNode }) {
  const [over, setOver] = useState(false);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping has its keyboard way: Apply YAML, Open files
    <div
      className="workbench"
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes('Files')) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={(event) => {
        if (event.currentTarget === event.target) setOver(false);
      }}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        void openDropped(context, event.dataTransfer.files);
      }}
    >
      {children}
      {over ? (
        <div className="drop-over">
          <FileUp size={24} />
          Drop manifests to apply them to {context}
        </div>
      ) : null}
    </div>
  );
}
