import { useState } from 'react';
import type { Failure } from '../../graph/failure.ts';
import { useGraph } from '../../graph/graph.tsx';
import { Button } from '../../ui/Button.tsx';
import { FailureNotice } from '../../ui/FailureNotice.tsx';
import { formatBytes, formatCount } from '../../ui/format.ts';
import type { Model } from './choice.ts';
import { LoadModelDocument, UnloadModelDocument } from './documents.ts';
import { StatusPill } from './ModelStatus.tsx';
import { strings } from './strings.ts';

interface Props {
  readonly model: Model;
  readonly answering: boolean;
  /** Whether the person may load and unload models. */
  readonly managed: boolean;
  readonly onChoose: (name: string) => void;
}

const factsOf = ({ kind, contextSize, memoryBytes, sizeBytes }: Model): string =>
  [
    strings.kind[kind],
    strings.context(formatCount(contextSize)),
    memoryBytes === null ? strings.onDisk(formatBytes(sizeBytes)) : strings.memory(formatBytes(memoryBytes)),
  ].join(' · ');

/** One model: a choice for the chat, its state, and what an admin can do with it. */
export const ModelRow = ({ model, answering, managed, onChoose }: Props) => {
  const graph = useGraph();
  const [pending, setPending] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const loaded = model.status === 'LOADED';

  const change = async (): Promise<void> => {
    setPending(true);
    setFailure(null);
    const answer = await graph.change(loaded ? UnloadModelDocument : LoadModelDocument, { name: model.name });
    if (answer.outcome === 'failed') setFailure(answer.failure);
    setPending(false);
  };

  return (
    <li className="space-y-1.5 border-t border-line px-3 py-2 first:border-t-0">
      <div className="flex items-center gap-2.5">
        <label className="grid min-w-0 flex-1 grid-cols-[auto_minmax(0,1fr)] items-center gap-x-2.5">
          <input
            type="radio"
            name="answering-model"
            checked={answering}
            disabled={model.kind !== 'CHAT'}
            onChange={() => onChoose(model.name)}
            className="row-span-2 size-3.5 accent-accent"
          />
          <span className="truncate text-sm font-medium">{model.name}</span>
          <span className="truncate font-mono text-2xs text-subtle">{factsOf(model)}</span>
        </label>
        <StatusPill status={pending && !loaded ? 'LOADING' : model.status} />
        {managed && (
          <Button
            kind="outline"
            disabled={pending || model.status === 'LOADING'}
            aria-label={(loaded ? strings.unloadModel : strings.loadModel)(model.name)}
            onClick={() => void change()}
            className="w-17 justify-center"
          >
            {loaded ? strings.unload : strings.load}
          </Button>
        )}
      </div>
      {model.lastError !== null && model.status !== 'LOADED' && (
        <p className="pl-6 text-2xs text-danger">{model.lastError}</p>
      )}
      {failure && <FailureNotice failure={failure} />}
    </li>
  );
};
