import type { ButtonHTMLAttributes } from 'react';
import { cx } from './cx.ts';

const KINDS = {
  solid: 'bg-accent-solid text-on-accent shadow-glow enabled:hover:brightness-110',
  danger: 'bg-danger-solid text-on-danger enabled:hover:brightness-110',
  outline: 'border border-line-strong text-fg enabled:hover:bg-hover',
  ghost: 'text-muted enabled:hover:bg-hover enabled:hover:text-fg',
} as const;

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly kind?: keyof typeof KINDS;
}

/** A button of one line, 28 px high, 44 px where fingers use it. */
export const Button = ({ kind = 'ghost', type = 'button', className, ...rest }: ButtonProps) => (
  <button
    // The attribute is one of the three valid ones: its type says so.
    type={type}
    {...rest}
    className={cx(
      'inline-flex h-7 shrink-0 items-center gap-1.5 rounded-md px-2.5 text-xs font-medium whitespace-nowrap transition-colors pointer-coarse:h-11',
      'disabled:bg-hover disabled:text-subtle disabled:shadow-none',
      KINDS[kind],
      className,
    )}
  />
);

/** A square button that shows an icon; its label is what it does. */
export const IconButton = ({ label, className, ...rest }: ButtonProps & { readonly label: string }) => (
  <Button
    aria-label={label}
    title={label}
    {...rest}
    className={cx('w-7 justify-center px-0 pointer-coarse:w-11 disabled:bg-transparent', className)}
  />
);
