/** CodeMirror in the window's own colours. */
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

const look = EditorView.theme({
  '&': { height: '100%', fontSize: 'var(--text-sm)', backgroundColor: 'transparent', color: 'var(--fg)' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.55' },
  '.cm-content': { caretColor: 'var(--accent)', padding: '8px 0' },
  '.cm-cursor': { borderLeftColor: 'var(--accent)' },
  '&.cm-focused': { outline: 'none' },
  // Not transparent: lines that are scrolled sideways go under them.
  '.cm-gutters': { backgroundColor: 'var(--bg)', border: 'none', color: 'var(--fg-3)' },
  '.cm-lineNumbers .cm-gutterElement': { padding: '0 8px 0 16px', minWidth: '44px' },
  '.cm-activeLine': { backgroundColor: 'color-mix(in srgb, var(--bg-hover) 70%, transparent)' },
  '.cm-activeLineGutter': { backgroundColor: 'transparent', color: 'var(--fg)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'light-dark(#cfe3fc, #21497c)',
  },
  '.cm-foldPlaceholder': {
    backgroundColor: 'var(--bg-pressed)',
    border: 'none',
    color: 'var(--fg-2)',
    padding: '0 4px',
  },
  '.cm-panels': { backgroundColor: 'var(--bg-side)', color: 'var(--fg)' },
  '.cm-panels.cm-panels-bottom': { borderTop: '1px solid var(--line)' },
  '.cm-textfield, .cm-button': {
    backgroundColor: 'var(--bg)',
    backgroundImage: 'none',
    border: '1px solid var(--line-strong)',
    borderRadius: 'var(--radius)',
  },
  '.cm-searchMatch': { backgroundColor: 'var(--warn-soft)' },
  '.cm-changedLine': { backgroundColor: 'var(--ok-soft)' },
  '.cm-deletedChunk': { backgroundColor: 'var(--bad-soft)' },
  '.cm-changedText': { background: 'color-mix(in srgb, var(--ok) 28%, transparent)' },
  '.cm-deletedChunk .cm-deletedText': { background: 'color-mix(in srgb, var(--bad) 28%, transparent)' },
  '.cm-collapsedLines::before, .cm-collapsedLines::after': { content: '"⋯"' },
  '.cm-collapsedLines': { background: 'var(--bg-sunken)', color: 'var(--fg-3)' },
});

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'light-dark(#0b5fc2, #7ab5ff)' },
  { tag: [tags.string, tags.content], color: 'light-dark(#1f2430, #d5d9e2)' },
  { tag: [tags.number, tags.bool, tags.null, tags.keyword], color: 'light-dark(#a4420a, #f0b072)' },
  { tag: tags.comment, color: 'var(--fg-3)', fontStyle: 'italic' },
  { tag: [tags.separator, tags.punctuation, tags.meta], color: 'var(--fg-3)' },
  { tag: tags.labelName, color: 'var(--info-fg)' },
]);

export const editorTheme = [look, syntaxHighlighting(colours)];
