import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { contrast, hex, inGamut } from './colour.ts';
import { stylesheet } from './stylesheets.ts';
import { THEME_NAMES, THEMES, type ColourToken } from './tokens.ts';

type Pair = readonly [foreground: ColourToken, background: ColourToken, least: number];

const on = (foreground: ColourToken, backgrounds: readonly ColourToken[], least: number): readonly Pair[] =>
  backgrounds.map((background) => [foreground, background, least]);

/** WCAG AA and better: 7 for body text, 4.5 for other text, 3 for what is not text, and comments inside a diff. */
const PAIRS: readonly Pair[] = [
  ...on('fg', ['bg-app', 'bg-panel', 'bg-editor', 'bg-raised', 'bg-hover', 'bg-selected'], 7),
  ...on('fg', ['diff-add-bg', 'diff-del-bg'], 7),
  ...on('fg-on-rail', ['bg-rail'], 7),
  ...on('fg-muted', ['bg-app', 'bg-panel', 'bg-raised', 'bg-hover', 'bg-selected', 'bg-input'], 4.5),
  ...on('fg-subtle', ['bg-app', 'bg-panel', 'bg-editor', 'bg-raised', 'bg-hover', 'bg-input'], 4.5),
  ...on('fg-on-rail-muted', ['bg-rail'], 4.5),
  ...on('accent', ['bg-app', 'bg-panel', 'bg-editor', 'bg-raised', 'bg-hover', 'bg-selected'], 4.5),
  ...on('accent-2', ['bg-panel'], 4.5),
  ...on('on-accent', ['accent-solid'], 4.5),
  ...on('on-accent-2', ['accent-2'], 4.5),
  ...on('on-danger', ['danger-solid'], 4.5),
  ...(['success', 'warning', 'danger'] as const).flatMap((state) =>
    on(state, ['bg-panel', 'bg-raised', 'bg-hover', 'bg-selected'], 4.5),
  ),
  ...on('info', ['bg-panel', 'bg-hover', 'bg-selected'], 4.5),
  ...(['keyword', 'string', 'number', 'comment', 'type', 'function', 'variable', 'tag'] as const).flatMap((kind) => [
    ...on(`syn-${kind}`, ['bg-editor'], 4.5),
    ...on(`syn-${kind}`, ['diff-add-bg', 'diff-del-bg'], kind === 'comment' ? 3 : 4.5),
  ]),
  ...on('focus', ['bg-app', 'bg-panel', 'bg-raised', 'bg-selected'], 3),
  ...on('focus-on-rail', ['bg-rail'], 3),
  ...on('border-strong', ['bg-panel', 'bg-input', 'bg-raised'], 3),
  ...([1, 2, 3, 4, 5, 6] as const).flatMap((line) => on(`chart-${line}`, ['bg-panel'], 3)),
];

describe.each(THEME_NAMES)('the theme %s', (name) => {
  const { colours } = THEMES[name];

  test('has the stylesheet that its tokens make', () => {
    expect(readFileSync(join(import.meta.dirname, `${name}.css`), 'utf8')).toBe(stylesheet(name));
  });

  test('has colours that every screen can show', () => {
    const outside = Object.entries(colours).filter(([, colour]) => !inGamut(colour));
    expect(outside).toEqual([]);
  });

  test('keeps every contrast', () => {
    const failing = PAIRS.map(([foreground, background, least]) => ({
      pair: `${foreground} on ${background}`,
      contrast: contrast(colours[foreground], colours[background]),
      least,
    })).filter((pair) => pair.contrast < pair.least);
    expect(failing).toEqual([]);
  });
});

test('colours are computed as a browser computes them', () => {
  expect(hex(THEMES.NeonCyberNight.colours.accent)).toBe('#b98ffe');
  expect(hex(THEMES.SerialSteel.colours['bg-rail'])).toBe('#262d35');
  expect(contrast([1, 0, 0], [0, 0, 0])).toBeCloseTo(21, 5);
});

test('the theme boot script knows the themes and nothing else', () => {
  const boot = readFileSync(join(import.meta.dirname, '../studio/public/theme-boot.js'), 'utf8');
  const named = boot.matchAll(/'(\w+)'/g).map(([, word]) => word);
  expect(new Set(named)).toEqual(new Set([...THEME_NAMES, 'theme']));
});
