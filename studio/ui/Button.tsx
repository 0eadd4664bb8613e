import type { ButtonHTMLAttributes } from 'react';
import { cx } from './cx.ts';

const KINDS = {
  solid: 'bg-accent-solid text-on-accent shadow-glow enabled:hover:brightness-110',
  danger: 'bg-danger-solid text-on-danger enabled:hover:brightness-110',
  outline: 'border border-line-strong text-fg enabled:hover:bg-hover',
  ghost: 'text-muted enabled:hover:bg-hover enabled:hover:text-fg',
} as const;

const SHAPES = {
  text: 'px-2.5',
  square: 'w-7 justify-center pointer-coarse:w-11',
  row: 'w-full px-2.5',
} as const;

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly kind?: keyof typeof KINDS;
  readonly shape?: keyof typeof SHAPES;
}

/** A button of one line, 28 px high, 44 px where fingers use it. */
export const Button = ({ kind = 'ghost', shape = 'text', type = 'button', className, ...rest }: ButtonProps) => (
  <button
    // The attribute is one of the three valid ones: its type says so.
    type={type}
    {...rest}
    className={cx(
      'inline-flex h-7 shrink-0 items-center gap-1.5 rounded-md text-xs font-medium whitespace-nowrap transition-colors pointer-coarse:h-11',
      'disabled:bg-hover disabled:text-subtle disabled:shadow-none',
      SHAPES[shape],
      KINDS[kind],
      className,
    )}
  />
);

/** A square button that shows an icon; its label is what it does. */
export const IconButton = ({ label, className, ...rest }: Omit<ButtonProps, 'shape'> & { readonly label: string }) => (
  <Button
    shape="square"
    aria-label={label}
    title={label}
    {...rest}
    className={cx('disabled:bg-transparent', className)}
  />
);
