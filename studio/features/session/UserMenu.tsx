import { LogOut } from 'lucide-react';
import { useQuery } from 'urql';
import { Button } from '../../ui/Button.tsx';
import { formatCount } from '../../ui/format.ts';
import { Popover } from '../../ui/Popover.tsx';
import { useSession } from './context.ts';
import { BalanceDocument } from './documents.ts';
import { strings } from './strings.ts';

/** Two letters for an e-mail address: `ada.lovelace@…` is AL, `root@…` is RO. */
const initialsOf = (email: string): string => {
  const [name = ''] = email.split('@', 1);
  const [first = '', second = ''] = name.split(/[._-]+/).filter(Boolean);
  return (second ? `${first.charAt(0)}${second.charAt(0)}` : first.slice(0, 2)).toUpperCase();
};

/** Who is signed in, with which role and how many tokens, and the way out. */
export const UserMenu = () => {
  const { session, user } = useSession();
  const [{ data }] = useQuery({ query: BalanceDocument });
  const balance = data?.me?.balance;
  return (
    <Popover
      id="account"
      label={strings.account}
      trigger={initialsOf(user.email)}
      triggerLabel={`${strings.account}: ${user.email}`}
      triggerClassName="grid size-7 place-items-center rounded-full bg-selected text-2xs font-semibold pointer-coarse:size-9"
      className="w-64"
    >
      <div className="space-y-0.5 border-b border-line px-3 py-2.5">
        <p className="truncate text-sm font-medium" title={user.email}>
          {user.email}
        </p>
        <p className="flex justify-between text-xs text-muted">
          <span>{strings.roles[user.role]}</span>
          {balance && <span className="font-mono">{strings.tokensLeft(formatCount(balance.available))}</span>}
        </p>
      </div>
      <div className="p-1">
        <Button shape="row" onClick={() => void session.signOut()}>
          <LogOut size={13} strokeWidth={1.75} aria-hidden />
          {strings.signOut}
        </Button>
      </div>
    </Popover>
  );
};
