import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import './styles.css';
import { createRoot } from 'react-dom/client';
import { createDoor, takeTicket } from './features/session/door.ts';
import { createSession } from './features/session/session.ts';
import { createDeviceKeeper } from './features/session/device-keeper.ts';
import { createTokenKeeper } from './features/session/token-keeper.ts';
import { createAnonymousClient } from './graph/graph.tsx';
import { App } from './shell/App.tsx';
import { Crash } from './shell/Crash.tsx';
import { takeArrival } from './shell/route.ts';
import { createObservable } from './state/observable.ts';

const client = createAnonymousClient();
const session = createSession(client, createTokenKeeper(), createDeviceKeeper());
const resetToken = createObservable<string | null>(null);

const arrival = takeArrival();
if (arrival?.from === 'provider') void session.completeProviderSignIn(takeTicket(), arrival.callbackUrl);
else void session.restore();
if (arrival?.from === 'reset link') resetToken.set(arrival.token);
// A link that is opened where the studio is open already loads nothing.
addEventListener('hashchange', () => {
  const later = takeArrival();
  if (later?.from === 'reset link') resetToken.set(later.token);
});

const root = document.querySelector('#root');
if (!root) throw new Error('index.html has no element #root');
createRoot(root).render(
  <Crash>
    <App session={session} door={createDoor(client)} resetToken={resetToken} />
  </Crash>,
);
