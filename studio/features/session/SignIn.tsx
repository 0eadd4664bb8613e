import { Eye, EyeOff } from 'lucide-react';
import { useActionState, useState } from 'react';
import type { Failure } from '../../graph/failure.ts';
import { Button } from '../../ui/Button.tsx';
import { FailureNotice } from '../../ui/FailureNotice.tsx';
import { Logo } from '../../ui/Logo.tsx';
import type { Session } from './session.ts';
import { strings } from './strings.ts';

const FIELD =
  'h-9 w-full rounded-md border border-line-strong bg-input px-2.5 text-base pointer-coarse:h-11 focus-visible:outline-offset-0';

/** The text of a form's field. */
const textOf = (form: FormData, name: string): string => {
  const value = form.get(name);
  return typeof value === 'string' ? value : '';
};

/** The sign-in page. `expired` says why somebody who was signed in sees it. */
export const SignIn = ({ session, expired }: { readonly session: Session; readonly expired: boolean }) => {
  const [shown, setShown] = useState(false);
  // React empties a form after its action; after a wrong password the e-mail should still be there.
  const [{ failure, email }, submit, pending] = useActionState<{ failure: Failure | null; email: string }, FormData>(
    async (_, form) => {
      const given = textOf(form, 'email').trim();
      const answer = await session.signIn(given, textOf(form, 'password'));
      if (answer.outcome === 'answered') return { failure: null, email: given };
      const wrong = answer.failure.code === 'UNAUTHENTICATED';
      return {
        failure: wrong ? { ...answer.failure, ...strings.wrong, requestId: null } : answer.failure,
        email: given,
      };
    },
    { failure: null, email: '' },
  );
  const EyeIcon = shown ? EyeOff : Eye;
  return (
    <main className="grid h-full place-items-center overflow-auto p-4">
      <form action={submit} className="w-full max-w-[340px] space-y-4 rounded-lg bg-panel p-6 shadow-overlay">
        <header className="space-y-3 pb-1">
          <Logo />
          <div>
            <h1 className="text-xl font-semibold tracking-tight">{strings.title}</h1>
            <p className="text-xs text-muted">{strings.intro}</p>
          </div>
        </header>
        {expired && !failure && (
          <output className="block rounded-md border border-line bg-raised px-3 py-2 text-xs text-muted">
            {strings.expired}
          </output>
        )}
        {failure && <FailureNotice failure={failure} />}
        <label className="block space-y-1">
          <span className="text-xs font-medium text-muted">{strings.email}</span>
          <input
            key={email}
            name="email"
            type="email"
            autoComplete="username"
            required
            maxLength={320}
            defaultValue={email}
            className={FIELD}
          />
        </label>
        <div className="space-y-1">
          <label htmlFor="password" className="text-xs font-medium text-muted">
            {strings.password}
          </label>
          <div className="relative">
            <input
              id="password"
              name="password"
              type={shown ? 'text' : 'password'}
              autoComplete="current-password"
              required
              maxLength={1024}
              className={`${FIELD} pr-10`}
            />
            <button
              type="button"
              aria-label={shown ? strings.hidePassword : strings.showPassword}
              aria-pressed={shown}
              onClick={() => setShown(!shown)}
              className="absolute inset-y-1 right-1 grid w-8 place-items-center rounded-sm text-subtle hover:text-fg"
            >
              <EyeIcon size={14} strokeWidth={1.75} aria-hidden />
            </button>
          </div>
        </div>
        <Button kind="solid" type="submit" disabled={pending} shape="row" className="h-9 justify-center">
          {pending ? strings.submitting : strings.submit}
        </Button>
      </form>
    </main>
  );
};
