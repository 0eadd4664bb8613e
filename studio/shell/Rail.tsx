import { LogOut, MessageSquare, Moon, Sun, type LucideIcon } from 'lucide-react';
import { useSession } from '../features/session/context.ts';
import { strings as sessionStrings } from '../features/session/strings.ts';
import { formatRoute } from './route.ts';
import { strings } from './strings.ts';
import { switchTheme, useTheme } from './theme.ts';

const ITEM =
  'relative flex h-13 w-full flex-col items-center justify-center gap-0.5 text-on-rail-muted transition-colors hover:text-on-rail max-md:w-16';

const Icon = ({ of: Shape }: { readonly of: LucideIcon }) => <Shape size={19} strokeWidth={1.75} aria-hidden />;

/** The way between workspaces: a column on the left, a row at the bottom of a narrow screen. */
export const Rail = () => {
  const { session } = useSession();
  const theme = useTheme();
  const label = theme === 'NeonCyberNight' ? strings.toLight : strings.toDark;
  return (
    <nav
      aria-label={strings.workspaces}
      className="flex flex-col border-r border-line bg-rail py-1 max-md:row-start-3 max-md:flex-row max-md:border-t max-md:border-r-0 max-md:py-0"
    >
      <a href={formatRoute({ conversation: null })} aria-current="page" className={`${ITEM} text-on-rail`}>
        <span
          aria-hidden
          className="absolute top-1/2 left-0 h-7 w-[3px] -translate-y-1/2 rounded-r-full bg-(--cds-focus-on-rail) max-md:top-0 max-md:left-1/2 max-md:h-[3px] max-md:w-7 max-md:-translate-x-1/2 max-md:translate-y-0 max-md:rounded-none"
        />
        <Icon of={MessageSquare} />
        <span className="text-[0.625rem]/3 font-medium">{strings.chat}</span>
      </a>
      <div className="mt-auto max-md:mt-0 max-md:ml-auto max-md:flex">
        <button type="button" aria-label={label} title={label} onClick={switchTheme} className={ITEM}>
          <Icon of={theme === 'NeonCyberNight' ? Sun : Moon} />
        </button>
        <button
          type="button"
          aria-label={sessionStrings.signOut}
          title={sessionStrings.signOut}
          onClick={() => void session.signOut()}
          className={ITEM}
        >
          <Icon of={LogOut} />
        </button>
      </div>
    </nav>
  );
};
