import { Eye, EyeOff } from 'lucide-react';
import { useState, type InputHTMLAttributes, type ReactNode } from 'react';
import { Logo } from '../../ui/Logo.tsx';
import { strings } from './strings.ts';

const FIELD =
  'h-9 w-full rounded-md border border-line-strong bg-input px-2.5 text-base pointer-coarse:h-11 focus-visible:outline-offset-0';

/** The frame of the pages that somebody sees who has not signed in. */
export const EntryPage = ({
  title,
  intro,
  children,
}: {
  readonly title: string;
  readonly intro: string;
  readonly children: ReactNode;
}) => (
  <main className="grid h-full place-items-center overflow-auto p-4">
    <div className="w-full max-w-[340px] space-y-4 rounded-lg bg-panel p-6 shadow-overlay">
      <header className="space-y-3 pb-1">
        <Logo />
        <div>
          <h1 className="text-xl font-semibold tracking-tight">{title}</h1>
          <p className="text-xs text-muted">{intro}</p>
        </div>
      </header>
      {children}
    </div>
  </main>
);

/** Something good or plain that the page has to say. */
export const Notice = ({ children }: { readonly children: ReactNode }) => (
  <output className="block rounded-md border border-line bg-raised px-3 py-2 text-xs text-muted">{children}</output>
);

/** The text of a form's field. */
export const textOf = (form: FormData, name: string): string => {
  const value = form.get(name);
  return typeof value === 'string' ? value : '';
};

/** Gives the keyboard to a field when it appears. */
const focus = (element: HTMLInputElement | null): void => element?.focus();

interface FieldProps extends Omit<InputHTMLAttributes<HTMLInputElement>, 'autoFocus' | 'className'> {
  readonly label: string;
  readonly name: string;
  /** Whether it has the keyboard when it appears. */
  readonly first?: boolean;
}

/** A line to write in, with its label above. */
export const TextField = ({ label, first = false, ...input }: FieldProps) => (
  <label className="block space-y-1">
    <span className="text-xs font-medium text-muted">{label}</span>
    <input {...input} ref={first ? focus : null} required className={FIELD} />
  </label>
);

/** A password, which its writer may look at. */
export const PasswordField = ({ label, first = false, ...input }: FieldProps) => {
  const [shown, setShown] = useState(false);
  const EyeIcon = shown ? EyeOff : Eye;
  return (
    <div className="space-y-1">
      <label htmlFor="password" className="text-xs font-medium text-muted">
        {label}
      </label>
      <div className="relative">
        <input
          {...input}
          id="password"
          ref={first ? focus : null}
          type={shown ? 'text' : 'password'}
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
  );
};
