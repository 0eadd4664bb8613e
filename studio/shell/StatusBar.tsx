import { Cpu, Wifi, WifiOff } from 'lucide-react';
import { useModels } from '../features/models/ModelsProvider.tsx';
import { strings as modelStrings } from '../features/models/strings.ts';
import { TokenBudget } from '../features/session/TokenBudget.tsx';
import { useGraph } from '../graph/graph.tsx';
import type { Connection } from '../graph/sockets.ts';
import { useObservable } from '../state/observable.ts';
import { strings } from './strings.ts';

const COLOUR: Readonly<Record<Connection, string>> = {
  connecting: 'text-muted',
  connected: 'text-success',
  lost: 'text-warning',
};

/** The bottom of the page: what is true at this moment. */
export const StatusBar = () => {
  const connection = useObservable(useGraph().connection);
  const { answering } = useModels();
  const Icon = connection === 'lost' ? WifiOff : Wifi;
  return (
    <footer className="col-span-full flex items-center gap-4 overflow-hidden border-t border-line bg-panel px-3 text-2xs whitespace-nowrap text-muted">
      <output className={`flex items-center gap-1.5 ${COLOUR[connection]}`}>
        <Icon size={11} strokeWidth={1.75} aria-hidden />
        {strings.connection[connection]}
      </output>
      {answering && (
        <span className="flex items-center gap-1.5 max-sm:hidden">
          <Cpu size={11} strokeWidth={1.75} aria-hidden />
          {answering.name} · {modelStrings.status[answering.status]}
        </span>
      )}
      <span className="ml-auto">
        <TokenBudget />
      </span>
    </footer>
  );
};
