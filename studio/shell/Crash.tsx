import { Component, type ReactNode } from 'react';
import { Button } from '../ui/Button.tsx';
import { FailureNotice } from '../ui/FailureNotice.tsx';
import { strings } from './strings.ts';

interface Props {
  readonly children: ReactNode;
}

/** Shows a sentence and a way on where an error of our own would leave an empty page. React itself reports the error. */
export class Crash extends Component<Props, { readonly crashed: boolean }> {
  override readonly state = { crashed: false };

  static getDerivedStateFromError(): { readonly crashed: boolean } {
    return { crashed: true };
  }

  override render(): ReactNode {
    if (!this.state.crashed) return this.props.children;
    return (
      <main className="grid h-full place-items-center p-4">
        <FailureNotice failure={strings.crash}>
          <Button kind="outline" onClick={() => location.reload()}>
            {strings.reload}
          </Button>
        </FailureNotice>
      </main>
    );
  }
}
