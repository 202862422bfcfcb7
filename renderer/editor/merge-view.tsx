/** What a change would do: one text with the lines that go and those that come. */
import { yaml } from '@codemirror/lang-yaml';
import { unifiedMergeView } from '@codemirror/merge';
import { EditorState } from '@codemirror/state';
import { EditorView, lineNumbers } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { editorTheme } from './theme.ts';

export function MergeView({ before, after }: { before: string; after: string }) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const editor = new EditorView({
      parent: host.current ?? undefined,
      doc: after,
      extensions: [
        lineNumbers(),
        yaml(),
        editorTheme,
        EditorState.readOnly.of(true),
        EditorView.contentAttributes.of({ 'aria-label': 'What would change', tabindex: '0' }),
        unifiedMergeView({ original: before, mergeControls: false, gutter: true, collapseUnchanged: { margin: 3 } }),
      ],
    });
    return () => editor.destroy();
  }, [before, after]);
  return <div ref={host} className="code merge" />;
}
