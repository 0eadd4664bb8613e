import { lazy, Suspense, useMemo } from 'react';
import { ModelsProvider } from '../features/models/ModelsProvider.tsx';
import { SessionContext, type OpenSession } from '../features/session/context.ts';
import { createGraph, GraphProvider } from '../graph/graph.tsx';
import { Header } from './Header.tsx';
import { Rail } from './Rail.tsx';
import { goTo, useRoute } from './route.ts';
import { StatusBar } from './StatusBar.tsx';

// Reading Markdown is a third of the studio's code; signing in does not wait for it.
const ChatView = lazy(async () => ({ default: (await import('../features/chat/ChatView.tsx')).ChatView }));

/** The studio of a person who is signed in. */
export const Shell = ({ session, user }: OpenSession) => {
  const { conversation } = useRoute();
  const graph = useMemo(() => createGraph(session), [session]);
  const open = useMemo<OpenSession>(() => ({ session, user }), [session, user]);
  return (
    <SessionContext value={open}>
      <GraphProvider graph={graph}>
        <ModelsProvider>
          <div className="grid h-full grid-cols-[60px_minmax(0,1fr)] grid-rows-[44px_minmax(0,1fr)_26px] max-md:grid-cols-1 max-md:grid-rows-[44px_minmax(0,1fr)_52px_26px]">
            <Header />
            <Rail />
            <main className="min-h-0 max-md:row-start-2">
              <Suspense>
                <ChatView id={conversation} onOpen={(id) => goTo({ conversation: id })} />
              </Suspense>
            </main>
            <StatusBar />
          </div>
        </ModelsProvider>
      </GraphProvider>
    </SessionContext>
  );
};
