/** The package's types name only its entry, which loads its `fetch`, caches and mocks too: seven times the memory. */
declare module 'undici/lib/dispatcher/agent.js' {
  const Agent: typeof import('undici').Agent;
  export = Agent;
}
