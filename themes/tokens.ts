/** A colour in OKLCH: lightness 0–1, chroma, hue in degrees. */
export type Oklch = readonly [lightness: number, chroma: number, hue: number];

export const THEME_NAMES = ['NeonCyberNight', 'SerialSteel'] as const;
export type ThemeName = (typeof THEME_NAMES)[number];

/** What stands for a meaning in the studio; each theme gives every one of them a colour. */
export type ColourToken =
  // Surfaces, from the back to the front.
  | `bg-${'app' | 'rail' | 'panel' | 'editor' | 'raised' | 'hover' | 'selected' | 'input'}`
  | `border-${'subtle' | 'strong'}`
  | 'fg'
  | 'fg-muted'
  | 'fg-subtle'
  | 'fg-on-rail'
  | 'fg-on-rail-muted'
  | 'accent'
  | 'accent-solid'
  | 'on-accent'
  | 'accent-2'
  | 'on-accent-2'
  | 'focus'
  | 'focus-on-rail'
  | 'success'
  | 'warning'
  | 'danger'
  | 'danger-solid'
  | 'on-danger'
  | 'info'
  | `diff-${'add' | 'del'}-bg`
  | `syn-${'keyword' | 'string' | 'number' | 'comment' | 'type' | 'function' | 'variable' | 'tag'}`
  | `chart-${1 | 2 | 3 | 4 | 5 | 6}`;

/** Lengths and shadows, as CSS values. */
export type ShapeToken = 'radius-sm' | 'radius-md' | 'radius-lg' | 'shadow' | 'glow';

export interface Theme {
  readonly scheme: 'dark' | 'light';
  readonly colours: Readonly<Record<ColourToken, Oklch>>;
  readonly shapes: Readonly<Record<ShapeToken, string>>;
}

/** The one source of both stylesheets; `themes/stylesheets.ts` writes them and a test keeps them fresh. */
export const THEMES: Readonly<Record<ThemeName, Theme>> = {
  NeonCyberNight: {
    scheme: 'dark',
    colours: {
      'bg-app': [0.145, 0.024, 288],
      'bg-rail': [0.125, 0.022, 288],
      'bg-panel': [0.172, 0.028, 288],
      'bg-editor': [0.158, 0.024, 287],
      'bg-raised': [0.213, 0.034, 288],
      'bg-hover': [0.243, 0.04, 288],
      'bg-selected': [0.3, 0.075, 295],
      'bg-input': [0.19, 0.03, 288],
      'border-subtle': [0.272, 0.036, 288],
      'border-strong': [0.565, 0.06, 290],
      fg: [0.955, 0.01, 290],
      'fg-muted': [0.785, 0.028, 290],
      'fg-subtle': [0.68, 0.034, 290],
      'fg-on-rail': [0.955, 0.01, 290],
      'fg-on-rail-muted': [0.7, 0.032, 290],
      accent: [0.735, 0.16, 300],
      'accent-solid': [0.56, 0.225, 294],
      'on-accent': [0.99, 0.005, 300],
      'accent-2': [0.86, 0.13, 192],
      'on-accent-2': [0.19, 0.032, 210],
      focus: [0.86, 0.13, 192],
      'focus-on-rail': [0.86, 0.13, 192],
      success: [0.8, 0.17, 155],
      warning: [0.85, 0.15, 85],
      danger: [0.715, 0.178, 18],
      'danger-solid': [0.56, 0.21, 20],
      'on-danger': [0.99, 0.004, 20],
      info: [0.79, 0.12, 235],
      'diff-add-bg': [0.29, 0.065, 160],
      'diff-del-bg': [0.285, 0.08, 15],
      'syn-keyword': [0.76, 0.152, 305],
      'syn-string': [0.84, 0.13, 170],
      'syn-number': [0.83, 0.13, 70],
      'syn-comment': [0.645, 0.035, 290],
      'syn-type': [0.85, 0.11, 200],
      'syn-function': [0.81, 0.098, 250],
      'syn-variable': [0.93, 0.015, 290],
      'syn-tag': [0.77, 0.16, 350],
      'chart-1': [0.735, 0.16, 300],
      'chart-2': [0.86, 0.13, 192],
      'chart-3': [0.8, 0.15, 85],
      'chart-4': [0.74, 0.17, 350],
      'chart-5': [0.78, 0.15, 150],
      'chart-6': [0.72, 0.14, 250],
    },
    shapes: {
      'radius-sm': '5px',
      'radius-md': '8px',
      'radius-lg': '12px',
      shadow: '0 12px 32px -8px oklch(0.05 0.03 290 / 0.7), 0 0 0 1px var(--cds-border-subtle)',
      glow: '0 0 18px -2px oklch(0.735 0.16 300 / 0.45)',
    },
  },
  SerialSteel: {
    scheme: 'light',
    colours: {
      'bg-app': [0.945, 0.004, 250],
      'bg-rail': [0.295, 0.018, 250],
      'bg-panel': [0.965, 0.003, 250],
      'bg-editor': [0.995, 0.001, 250],
      'bg-raised': [1, 0, 250],
      'bg-hover': [0.92, 0.006, 250],
      'bg-selected': [0.895, 0.035, 250],
      'bg-input': [1, 0, 250],
      'border-subtle': [0.87, 0.008, 250],
      'border-strong': [0.61, 0.018, 250],
      fg: [0.24, 0.016, 250],
      'fg-muted': [0.43, 0.02, 250],
      'fg-subtle': [0.505, 0.02, 250],
      'fg-on-rail': [0.93, 0.006, 250],
      'fg-on-rail-muted': [0.755, 0.014, 250],
      accent: [0.475, 0.12, 252],
      'accent-solid': [0.45, 0.125, 252],
      'on-accent': [0.995, 0.002, 250],
      'accent-2': [0.53, 0.15, 42],
      'on-accent-2': [0.995, 0.002, 60],
      focus: [0.53, 0.158, 42],
      'focus-on-rail': [0.8, 0.13, 65],
      success: [0.48, 0.12, 152],
      warning: [0.49, 0.102, 75],
      danger: [0.51, 0.19, 26],
      'danger-solid': [0.5, 0.19, 26],
      'on-danger': [0.995, 0.002, 26],
      info: [0.48, 0.1, 235],
      'diff-add-bg': [0.94, 0.055, 155],
      'diff-del-bg': [0.935, 0.032, 20],
      'syn-keyword': [0.44, 0.15, 285],
      'syn-string': [0.45, 0.1, 150],
      'syn-number': [0.5, 0.13, 45],
      'syn-comment': [0.52, 0.02, 250],
      'syn-type': [0.46, 0.078, 210],
      'syn-function': [0.45, 0.12, 252],
      'syn-variable': [0.26, 0.015, 250],
      'syn-tag': [0.48, 0.16, 10],
      'chart-1': [0.475, 0.12, 252],
      'chart-2': [0.58, 0.16, 45],
      'chart-3': [0.52, 0.1, 165],
      'chart-4': [0.5, 0.15, 345],
      'chart-5': [0.56, 0.11, 85],
      'chart-6': [0.45, 0.13, 295],
    },
    shapes: {
      'radius-sm': '2px',
      'radius-md': '3px',
      'radius-lg': '4px',
      shadow: '0 8px 20px -6px oklch(0.3 0.02 250 / 0.22), 0 0 0 1px var(--cds-border-subtle)',
      glow: '0 0 0 0 transparent',
    },
  },
};
