import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { IconButton } from '../../../ui/Button.tsx';
import { strings } from '../strings.ts';

const SHOWN_MS = 1_500;

/** Copies a text and says so for a moment. Not there where the browser has no clipboard, as over plain http. */
export const CopyButton = ({ label, text }: { readonly label: string; readonly text: () => string }) => {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  const clipboard: Clipboard | undefined = navigator.clipboard;
  if (!clipboard) return null;
  const Icon = copied ? Check : Copy;
  return (
    <IconButton
      label={copied ? strings.copied : label}
      onClick={() => {
        clipboard.writeText(text()).then(
          () => setCopied(true),
          // The browser has asked the person, who said no: nothing to tell them.
          () => setCopied(false),
        );
      }}
    >
      <Icon size={13} strokeWidth={1.75} className={copied ? 'text-success' : ''} aria-hidden />
    </IconButton>
  );
};
