import type { Door } from '../features/session/door.ts';
import { ResetPage } from '../features/session/ResetPage.tsx';
import { SignIn } from '../features/session/SignIn.tsx';
import type { Session } from '../features/session/session.ts';
import { strings } from '../features/session/strings.ts';
import { useObservable, type Observable } from '../state/observable.ts';
import { Button } from '../ui/Button.tsx';
import { FailureNotice } from '../ui/FailureNotice.tsx';
import { Shell } from './Shell.tsx';

/** Shows what the session allows: the studio, or the way into it. */
export const App = ({
  session,
  door,
  resetToken,
}: {
  readonly session: Session;
  readonly door: Door;
  /** Of the link that led here; null for none. */
  readonly resetToken: Observable<string | null>;
}) => {
  const state = useObservable(session.state);
  const token = useObservable(resetToken);
  if (token !== null) return <ResetPage key={token} door={door} token={token} onLeave={() => resetToken.set(null)} />;
  switch (state.phase) {
    case 'restoring':
      return <p className="sr-only">{strings.restoring}</p>;
    case 'unreachable':
      return (
        <main className="grid h-full place-content-center gap-3 p-4">
          <p className="text-sm text-muted">{strings.unreachable}</p>
          <FailureNotice failure={state.failure}>
            <Button kind="outline" onClick={() => void session.restore()}>
              {strings.retry}
            </Button>
            <Button onClick={() => void session.signOut()}>{strings.signOut}</Button>
          </FailureNotice>
        </main>
      );
    case 'signed out':
      return <SignIn session={session} door={door} expired={state.expired} failed={state.failure} />;
    case 'signed in':
      // Another person gets another shell, and nothing of the one before.
      return <Shell key={state.user.id} session={session} user={state.user} />;
  }
};
