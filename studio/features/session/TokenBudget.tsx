import { useQuery } from 'urql';
import { formatCount } from '../../ui/format.ts';
import { BalanceDocument } from './documents.ts';
import { strings } from './strings.ts';

const NEARLY_SPENT = 0.9;

/** The prepaid tokens of the person who is signed in, as a bar. Empty until they are known, without moving anything. */
export const TokenBudget = () => {
  const [{ data }] = useQuery({ query: BalanceDocument });
  const balance = data?.me?.balance;
  const share = balance && balance.granted > 0 ? Math.min(1, balance.spent / balance.granted) : 0;
  const text = balance ? strings.tokensSpent(formatCount(balance.spent), formatCount(balance.granted)) : strings.tokens;
  return (
    <div className="flex items-center gap-2" title={text}>
      <span aria-hidden>{strings.tokens}</span>
      <meter className="sr-only" min={0} max={balance?.granted ?? 0} value={balance?.spent ?? 0} aria-label={text} />
      <span aria-hidden className="h-1.5 w-24 overflow-hidden rounded-full bg-hover max-sm:w-12">
        <span
          className={`block h-full rounded-full transition-[width] ${share > NEARLY_SPENT ? 'bg-danger' : 'bg-accent'}`}
          style={{ width: `${share * 100}%` }}
        />
      </span>
      <span aria-hidden className="min-w-16 text-right font-mono text-fg" data-testid="budget">
        {balance && `${formatCount(balance.spent)} / ${formatCount(balance.granted)}`}
      </span>
    </div>
  );
};
