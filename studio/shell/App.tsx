import { SignIn } from '../features/session/SignIn.tsx';
import type { Session } from '../features/session/session.ts';
import { strings } from '../features/session/strings.ts';
import { useObservable } from '../state/observable.ts';
import { Button } from '../ui/Button.tsx';
import { FailureNotice } from '../ui/FailureNotice.tsx';
import { Shell } from './Shell.tsx';

/** Shows what the session allows: the studio, or the way into it. */
export const App = ({ session }: { readonly session: Session }) => {
  const state = useObservable(session.state);
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
      return <SignIn session={session} expired={state.expired} />;
    case 'signed in':
      // Another person gets another shell, and nothing of the one before.
      return <Shell key={state.user.id} session={session} user={state.user} />;
  }
};
