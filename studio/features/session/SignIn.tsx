import { useEffect, useState, useTransition } from 'react';
import type { Failure } from '../../graph/failure.ts';
import { Button } from '../../ui/Button.tsx';
import { FailureNotice } from '../../ui/FailureNotice.tsx';
import { CodePage } from './CodePage.tsx';
import type { Door, SignInOptions } from './door.ts';
import { EntryPage, Notice } from './EntryPage.tsx';
import { ForgotPage } from './ForgotPage.tsx';
import { PasswordForm, type HalfSignedIn } from './PasswordForm.tsx';
import type { Session } from './session.ts';
import { strings } from './strings.ts';

/** Leads to the identity provider; says so when it cannot be reached. */
const ProviderButton = ({
  door,
  name,
  onFailure,
}: {
  readonly door: Door;
  readonly name: string;
  readonly onFailure: (failure: Failure) => void;
}) => {
  const [pending, start] = useTransition();
  const go = async (): Promise<void> => {
    const answer = await door.goToProvider();
    if (answer.outcome === 'failed') onFailure(answer.failure);
  };
  return (
    <Button kind="outline" shape="row" className="h-9 justify-center" disabled={pending} onClick={() => start(go)}>
      <span className="truncate">{pending ? strings.toProvider(name) : strings.withProvider(name)}</span>
    </Button>
  );
};

/** The sign-in page. `expired` says why somebody who was signed in sees it, `failed` why a provider's answer led here. */
export const SignIn = ({
  session,
  door,
  expired,
  failed,
}: {
  readonly session: Session;
  readonly door: Door;
  readonly expired: boolean;
  readonly failed: Failure | undefined;
}) => {
  const [options, setOptions] = useState<SignInOptions | null>(null);
  const [failure, setFailure] = useState(failed);
  const [half, setHalf] = useState<HalfSignedIn | null>(null);
  const [forgetting, setForgetting] = useState(false);
  useEffect(() => void door.options().then(setOptions), [door]);
  if (half) return <CodePage session={session} half={half} onLeave={() => setHalf(null)} />;
  if (forgetting) return <ForgotPage door={door} onLeave={() => setForgetting(false)} />;
  return (
    <EntryPage title={strings.title} intro={strings.intro}>
      {expired && <Notice>{strings.expired}</Notice>}
      {failure && <FailureNotice failure={{ ...failure, mend: strings.again }} />}
      <PasswordForm session={session} onCodeNeeded={setHalf} />
      {options?.passwordResetByMail && (
        <Button shape="row" className="justify-center" onClick={() => setForgetting(true)}>
          {strings.forgot}
        </Button>
      )}
      {typeof options?.oidcProvider === 'string' && (
        <>
          <p className="flex items-center gap-3 text-2xs text-subtle before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
            {strings.or}
          </p>
          <ProviderButton door={door} name={options.oidcProvider} onFailure={setFailure} />
        </>
      )}
    </EntryPage>
  );
};
