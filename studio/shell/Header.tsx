import { ModelPanel } from '../features/models/ModelPanel.tsx';
import { UserMenu } from '../features/session/UserMenu.tsx';
import { Logo } from '../ui/Logo.tsx';

/** The top of the page: whose studio it is, which model answers, who is signed in. */
export const Header = () => (
  <header className="col-span-full flex items-center gap-2 border-b border-line bg-panel px-3">
    <Logo />
    <div className="ml-auto flex items-center gap-2">
      <ModelPanel />
      <UserMenu />
    </div>
  </header>
);
