/** A shell in the window: local, in a container, in a node. It says what it waits for, and why it failed. */

import { FitAddon } from '@xterm/addon-fit';
import { SearchAddon } from '@xterm/addon-search';
import { WebLinksAddon } from '@xterm/addon-web-links';
import { Terminal } from '@xterm/xterm';
import { copyText } from '../data/copy-text.ts';
import '@xterm/xterm/css/xterm.css';
import { ChevronDown, ChevronUp, RotateCw, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { CallError } from '../../main/contract/reply.ts';
import { desktop } from '../data/desktop.ts';
import type { ShellTarget } from '../data/dock.ts';
import { useIsDark } from '../data/theme.ts';
import { Button, IconButton, SearchField } from '../ui/controls.tsx';
import { withCode } from '../ui/with-code.tsx';
import { terminalTheme } from './palette.ts';

type Phase = { state: 'connecting' } | { state: 'open' } | { state: 'ended'; exitCode?: number; error?: CallError };

export function TerminalPanel({ target }: { target: ShellTarget }) {
  const [round, setRound] = useState(0);
  return <TerminalSession key={round} target={target} onAgain={() => setRound(round + 1)} />;
}

function TerminalSession({ target, onAgain }: { target: ShellTarget; onAgain(): void }) {
  const host = useRef<HTMLDivElement>(null);
  const terminal = useRef<Terminal>(undefined);
  const finder = useRef<SearchAddon>(undefined);
  const [phase, setPhase] = useState<Phase>({ state: 'connecting' });
  const [searching, setSearching] = useState(false);
  const isDark = useIsDark();
  const [first] = useState({ target, isDark });

  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const shell = createTerminal(element, first.isDark, setPhase, () => setSearching(true));
    terminal.current = shell.terminal;
    finder.current = shell.finder;
    shell.connect(first.target);
    return shell.dispose;
  }, [first]);

  useEffect(() => {
    if (terminal.current) terminal.current.options.theme = terminalTheme(isDark);
  }, [isDark]);

  /** What is typed next goes to the shell again. */
  const closeFinder = () => {
    setSearching(false);
    terminal.current?.focus();
  };

  return (
    <div className="terminal">
      {phase.state === 'ended' || searching ? (
        <div className="tab-bar">
          {phase.state === 'ended' ? <Ended phase={phase} onAgain={onAgain} /> : null}
          <span className="spacer" />
          {searching ? <Finder finder={finder.current} onClose={closeFinder} /> : null}
        </div>
      ) : null}
      {phase.state === 'connecting' ? <div className="terminal-note">Connecting…</div> : null}
      <div ref={host} className="terminal-host" />
    </div>
  );
}

function Ended({ phase, onAgain }: { phase: Extract<Phase, { state: 'ended' }>; onAgain(): void }) {
  const { error, exitCode } = phase;
  const text = error
    ? `${error.message.replace(/\.?$/, '.')} ${error.hint ?? ''}`
    : exitCode === undefined
      ? 'The shell has ended.'
      : `The shell ended with exit code ${exitCode}.`;
  return (
    <>
      <span className={`terminal-ended ${error ? 'tone-bad' : 'muted'}`} role="status">
        {withCode(text)}
      </span>
      <Button size="small" onClick={onAgain}>
        <RotateCw size={14} /> Open again
      </Button>
    </>
  );
}

function Finder({ finder, onClose }: { finder: SearchAddon | undefined; onClose(): void }) {
  const [text, setText] = useState('');
  return (
    <span className="log-search">
      <SearchField
        autoFocus
        aria-label="Search the terminal"
        placeholder="Search"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          finder?.findPrevious(event.target.value, { incremental: true });
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter') event.shiftKey ? finder?.findNext(text) : finder?.findPrevious(text);
          if (event.key === 'Escape') onClose();
        }}
      />
      <IconButton size="small" label="Previous match" onClick={() => finder?.findPrevious(text)}>
        <ChevronUp size={14} />
      </IconButton>
      <IconButton size="small" label="Next match" onClick={() => finder?.findNext(text)}>
        <ChevronDown size={14} />
      </IconButton>
      <IconButton size="small" label="Close search" onClick={onClose}>
        <X size={14} />
      </IconButton>
    </span>
  );
}

/** Everything of a terminal that React has no part in. */
function createTerminal(element: HTMLElement, isDark: boolean, onPhase: (phase: Phase) => void, onSearch: () => void) {
  const id = crypto.randomUUID();
  const terminal = new Terminal({
    theme: terminalTheme(isDark),
    fontFamily: getComputedStyle(document.documentElement).getPropertyValue('--mono'),
    fontSize: 12,
    lineHeight: 1.25,
    cursorBlink: true,
    scrollback: 10_000,
    allowProposedApi: true,
  });
  const fit = new FitAddon();
  const finder = new SearchAddon();
  terminal.loadAddon(fit);
  terminal.loadAddon(finder);
  terminal.loadAddon(new WebLinksAddon((_, url) => void desktop.call('app.openExternal', { url })));
  terminal.open(element);
  fit.fit();
  terminal.attachCustomKeyEventHandler((event) => handleKey(event, terminal, onSearch));

  const end = (phase: Omit<Extract<Phase, { state: 'ended' }>, 'state'>) => {
    terminal.options.cursorBlink = false;
    terminal.options.disableStdin = true;
    onPhase({ state: 'ended', ...phase });
  };
  const show = createShown(terminal, (characters) => void desktop.call('shell.shown', { id, characters }));
  const stop = [
    desktop.on('shell.output', (event) => {
      if (event.id === id) show(event.data);
    }),
    desktop.on('shell.exit', (event) => {
      // After what was said before it has been drawn.
      if (event.id === id) terminal.write('', () => end({ exitCode: event.exitCode, error: event.error }));
    }),
    desktop.onForgotten(() => end({ error: { code: 'Lost', message: 'The connection was lost for too long.' } })),
  ];
  terminal.onData((data) => void desktop.call('shell.input', { id, data }));
  terminal.onResize(({ cols, rows }) => void desktop.call('shell.resize', { id, columns: cols, rows }));
  const observer = new ResizeObserver(() => element.clientWidth > 0 && fit.fit());
  observer.observe(element);

  return {
    terminal,
    finder,
    connect(target: ShellTarget) {
      desktop.call('shell.open', { id, columns: terminal.cols, rows: terminal.rows, ...target }).then(
        (reply) => {
          if (!reply.ok) return end({ error: reply.error });
          onPhase({ state: 'open' });
          terminal.focus();
        },
        (error: unknown) => end({ error: { code: 'Failed', message: String(error) } }),
      );
    },
    dispose() {
      observer.disconnect();
      for (const forget of stop) forget();
      void desktop.call('subscription.close', { id });
      terminal.dispose();
    },
  };
}

/** Characters between two reports of how much was shown; main holds a shell that is several of them ahead. */
const reportEvery = 40_000;

function createShown(terminal: Terminal, report: (characters: number) => void): (data: string) => void {
  let [shown, reported] = [0, 0];
  return (data) =>
    terminal.write(data, () => {
      shown += data.length;
      if (shown - reported < reportEvery) return;
      reported = shown;
      report(shown);
    });
}

/**
 * False where the terminal shall not have the key. Ctrl-Shift-C/V as in other terminals; Cmd-C/V work by themselves.
 */
function handleKey(event: KeyboardEvent, terminal: Terminal, onSearch: () => void): boolean {
  if (event.type !== 'keydown') return true;
  if (event.key === 'F6') return false;
  const key = event.key.toLowerCase();
  const command = event.ctrlKey && event.shiftKey;
  if (command && key === 'c') {
    if (terminal.hasSelection()) copyText(terminal.getSelection(), 'Selection');
    event.preventDefault();
    return false;
  }
  if (command && key === 'v') return false;
  if ((command || event.metaKey) && key === 'f') {
    event.preventDefault();
    onSearch();
    return false;
  }
  return !((event.ctrlKey || event.metaKey) && key === 'k');
}
