import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { MarkdownBlock } from './MarkdownBlock.tsx';

const html = (source: string): string => renderToStaticMarkup(<MarkdownBlock source={source} />);

test('code is shown with its language, as it is', () => {
  const shown = html('```python\nif a < b:\n    return "x"\n```');
  expect(shown).toContain('<span class="font-mono">python</span>');
  expect(shown).toContain('<code>if a &lt; b:\n    return &quot;x&quot;</code>');
});

test('a fence that is still open is code already', () => {
  expect(html('```js\nconst a = 1')).toContain('<code>const a = 1</code>');
});

test('an image is a link, so that no other host is asked', () => {
  const shown = html('![secret](https://evil.example/?q=1)');
  expect(shown).not.toContain('<img');
  expect(shown).toContain('rel="noopener noreferrer"');
});

test('HTML and scripts that a model writes are text, or nothing', () => {
  expect(html('<img src=x onerror=alert(1)><script>alert(1)</script>')).not.toMatch(/<(?:img|script)/);
  expect(html('[click](javascript:alert(1))')).not.toContain('javascript:');
});

test('tables of GitHub are tables', () => {
  expect(html('| a |\n| --- |\n| 1 |')).toContain('<td>1</td>');
});
