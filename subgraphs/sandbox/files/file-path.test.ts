import { describe, expect, test } from 'vitest';
import { MAX_PATH_BYTES, MAX_SEGMENTS, parseFilePath } from './file-path.ts';

const REFUSED: readonly (readonly [what: string, path: string])[] = [
  ['nothing', ''],
  ['the folder itself', '.'],
  ['the folder above', '..'],
  ['a climb', '../secret'],
  ['a long climb', '../../../../../../etc/passwd'],
  ['a climb in the middle', 'a/../../b'],
  ['a climb that would stay inside', 'a/../b'],
  ['a climb at the end', 'a/..'],
  ['a here in front', './a'],
  ['a here in the middle', 'a/./b'],
  ['an absolute path', '/etc/passwd'],
  ['two slashes in front', '//etc/passwd'],
  ['two slashes in the middle', 'a//b'],
  ['a slash at the end', 'a/'],
  ['only a slash', '/'],
  ['a NUL at the end', 'a.txt\0'],
  ['a NUL before an extension', 'a\0.png'],
  ['a newline', 'a\nb'],
  ['a carriage return', 'a\rb'],
  ['a tab', 'a\tb'],
  ['an escape', 'a\u001b[31m'],
  ['a delete', 'a\u007f'],
  ['a C1 control', 'a\u0085b'],
  ['a backslash', 'a\\b'],
  ['a climb with backslashes', '..\\..\\windows\\system32'],
  ['a UNC path', '\\\\server\\share'],
  ['a drive', 'C:/windows'],
  ['a drive-relative path', 'C:a'],
  ['an alternate data stream', 'a.txt::$DATA'],
  ['a star', 'a*'],
  ['a question mark', 'a?'],
  ['an angle bracket', 'a<b'],
  ['a quote', 'a"b'],
  ['a bar', 'a|b'],
  ['a Windows device', 'NUL'],
  ['a Windows device in small letters', 'con'],
  ['a Windows device with an extension', 'aux.txt'],
  ['a Windows device with two extensions', 'com1.tar.gz'],
  ['a Windows device of a superscript digit', 'COM¹'],
  ['a Windows device as a folder', 'lpt9/a'],
  ['a Windows console', 'CONIN$'],
  ['a dot at the end', 'a.'],
  ['three dots', '...'],
  ['a folder that ends in dots', 'a../b'],
  ['a space at the end', 'a '],
  ['a space in front', ' a'],
  ['a climb with a space', '.. /a'],
  ['a no-break space at the end', 'a\u00a0'],
  ['a reversal of direction', 'a\u202egnp.exe'],
  ['an isolate', 'a\u2066b'],
  ['a line separator', 'a\u2028b'],
  ['a byte order mark', '\ufeffa'],
  ['half a surrogate pair', 'a\ud800'],
  ['a path that is too long', 'a/'.repeat(MAX_PATH_BYTES / 2) + 'a'],
  ['a path too long in bytes, not in characters', 'ä'.repeat(MAX_PATH_BYTES / 2 + 1)],
  ['a path that is too deep', Array.from({ length: MAX_SEGMENTS + 1 }, () => 'a').join('/')],
  ['a segment that is too long', 'a'.repeat(256)],
];

const ACCEPTED: readonly string[] = [
  'a',
  'main.py',
  'src/app/[id]/page.tsx',
  '.gitignore',
  '.github/workflows/ci.yml',
  '..a',
  'a..b',
  '...a/b',
  '~',
  '-rf',
  '$(id)',
  '%2e%2e/a',
  'a b/c d.txt',
  'console.ts',
  'null.txt',
  'com10',
  'grüße/日本語/😀.md',
  '👩\u200d💻.txt',
  Array.from({ length: MAX_SEGMENTS }, () => 'a').join('/'),
  'a'.repeat(255),
  `${'a'.repeat(255)}/${'b'.repeat(255)}`,
];

describe('a file path', () => {
  test.each(REFUSED)('is refused when it is %s', (_what, path) => {
    expect(parseFilePath(path)).toMatchObject({ outcome: 'refused' });
  });

  test.each(ACCEPTED)('may be %j', (path) => {
    expect(parseFilePath(path)).toMatchObject({ outcome: 'accepted', path: { text: path } });
  });

  test('is split into its folders and its name', () => {
    expect(parseFilePath('src/lib/a.ts')).toEqual({
      outcome: 'accepted',
      path: { text: 'src/lib/a.ts', folders: ['src', 'lib'], name: 'a.ts' },
    });
  });

  test('is the same file whether its letters are composed or not', () => {
    expect(parseFilePath('u\u0308.txt')).toMatchObject({ outcome: 'accepted', path: { text: '\u00fc.txt' } });
  });

  test('is measured after composing too, since some letters grow', () => {
    // U+0958 takes 3 bytes, its NFC form 6.
    expect(parseFilePath('\u0958'.repeat(100))).toMatchObject({ outcome: 'refused' });
  });
});
