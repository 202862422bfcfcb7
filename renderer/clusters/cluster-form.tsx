/** What a new cluster needs to be told; everything has a sane default, most is folded away. */
import { type FormEvent, useState } from 'react';
import { overcommitment } from '../../agent/api/node-sizes.ts';
import type { EngineStatus, StartOptions } from '../../main/contract/clusters.ts';
import { formatBytes } from '../data/quantity.ts';
import { Input } from '../ui/controls.tsx';

interface ClusterFormProps {
  id: string;
  engine: EngineStatus | undefined;
  /** Asked for where more than one cluster is possible. */
  name?: string;
  onSubmit(profile: string, options: StartOptions): void;
}

const GiB = 2 ** 30;
const mostNodes = 9;

export function ClusterForm({ id, engine, name: suggested, onSubmit }: ClusterFormProps) {
  const [name, setName] = useState(suggested ?? 'skiff');
  const [nodes, setNodes] = useState(3);
  const [cpus, setCpus] = useState('');
  const [memory, setMemory] = useState('');
  const size = { cpus: Number(cpus) || undefined, memory: Number(memory) * GiB || undefined };
  // Simulated nodes may have any size.
  const warning = engine?.found
    ? overcommitment(
        Array.from({ length: nodes }, () => size),
        engine,
      )
    : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit(name, {
      nodes,
      ...(Number(cpus) > 0 ? { cpus: Number(cpus) } : {}),
      ...(Number(memory) > 0 ? { memory: Number(memory) * GiB } : {}),
      ...(engine?.found ? {} : { runtime: 'simulated' }),
    });
  };
  return (
    <form id={id} className="form" onSubmit={submit}>
      {suggested === undefined ? null : (
        <label className="field" htmlFor="name">
          <span>Name</span>
          <Input
            id="name"
            required
            autoFocus
            pattern="[a-z0-9]([a-z0-9\-]{0,30}[a-z0-9])?"
            title="Small letters, digits and dashes"
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </label>
      )}
      <label className="field" htmlFor="nodes">
        <span>Nodes</span>
        <Input
          id="nodes"
          type="number"
          min={1}
          max={mostNodes}
          value={nodes}
          onChange={(event) => setNodes(Math.min(mostNodes, Math.max(1, Math.trunc(Number(event.target.value) || 1))))}
        />
      </label>
      <label className="field" htmlFor="cpus-per-node">
        <span>CPUs per node</span>
        <Input
          id="cpus-per-node"
          type="number"
          min={1}
          step={1}
          placeholder={engine?.cpus ? `all ${engine.cpus}` : 'all'}
          value={cpus}
          onChange={(event) => setCpus(event.target.value)}
        />
      </label>
      <label className="field" htmlFor="memory-per-node--gib">
        <span>Memory per node, GiB</span>
        <Input
          id="memory-per-node--gib"
          type="number"
          min={1}
          step={1}
          placeholder={engine?.memory ? `all ${formatBytes(engine.memory)}` : 'all'}
          value={memory}
          onChange={(event) => setMemory(event.target.value)}
        />
      </label>
      {warning ? (
        <p className="muted" role="status">
          {`${warning[0]?.toUpperCase()}${warning.slice(1)}.`}
        </p>
      ) : null}
    </form>
  );
}
