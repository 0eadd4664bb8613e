import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hex } from './colour.ts';
import { THEME_NAMES, THEMES, type Oklch, type ThemeName } from './tokens.ts';

const declaration = ([token, colour]: readonly [string, Oklch]): string =>
  `  --cds-${token}: oklch(${colour.join(' ')}); /* ${hex(colour)} */`;

/** The stylesheet of a theme: its tokens as custom properties, in force where `data-theme` names it. */
export const stylesheet = (name: ThemeName): string => {
  const { scheme, colours, shapes } = THEMES[name];
  return [
    '/* Generated from themes/tokens.ts by `npm run generate`; do not edit. */',
    `[data-theme='${name}'] {`,
    `  color-scheme: ${scheme};`,
    ...Object.entries(colours).map(declaration),
    ...Object.entries(shapes).map(([token, value]) => `  --cds-${token}: ${value};`),
    '}',
    '',
  ].join('\n');
};

/** Writes `<theme>.css` for each theme into `folder`. */
export const writeStylesheets = async (folder: string): Promise<void> => {
  await Promise.all(THEME_NAMES.map((name) => writeFile(join(folder, `${name}.css`), stylesheet(name))));
};
