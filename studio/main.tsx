import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import './styles.css';
import { createRoot } from 'react-dom/client';
import { createSession } from './features/session/session.ts';
import { createTokenKeeper } from './features/session/token-keeper.ts';
import { createAnonymousClient } from './graph/graph.tsx';
import { App } from './shell/App.tsx';
import { Crash } from './shell/Crash.tsx';

const session = createSession(createAnonymousClient(), createTokenKeeper());
void session.restore();

const root = document.querySelector('#root');
if (!root) throw new Error('index.html has no element #root');
createRoot(root).render(
  <Crash>
    <App session={session} />
  </Crash>,
);
