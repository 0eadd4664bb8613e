import { memo, type ComponentProps } from 'react';
import Markdown, { type Components } from 'react-markdown';
import remarkGfm from 'remark-gfm';
import { strings } from '../strings.ts';
import { CopyButton } from './CopyButton.tsx';

const PLUGINS = [remarkGfm];

/** The text and the language of the `code` element that Markdown puts into a `pre`. */
const codeOf = (children: ComponentProps<'pre'>['children']): { readonly text: string; readonly language: string } => {
  if (typeof children !== 'object' || children === null || !('props' in children)) return { text: '', language: '' };
  const props: unknown = children.props;
  if (typeof props !== 'object' || props === null) return { text: '', language: '' };
  const text = 'children' in props && typeof props.children === 'string' ? props.children : '';
  const name = 'className' in props && typeof props.className === 'string' ? props.className : '';
  return { text: text.replace(/\n$/, ''), language: /language-(\S+)/.exec(name)?.[1] ?? '' };
};

const CodeBlock = ({ children }: ComponentProps<'pre'>) => {
  const { text, language } = codeOf(children);
  const name = language === '' ? strings.plainText : language;
  return (
    <div className="overflow-hidden rounded-md border border-line bg-editor">
      <div className="flex h-8 items-center border-b border-line pr-1 pl-3 text-2xs text-subtle">
        <span className="font-mono">{name}</span>
        <span className="ml-auto">
          <CopyButton label={strings.copyCode} text={() => text} />
        </span>
      </div>
      <pre
        // It scrolls sideways, so it must be reachable by keys.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        className="overflow-x-auto px-3 py-2.5 font-mono text-sm/[1.3125rem] focus-visible:-outline-offset-2"
      >
        <code>{text}</code>
      </pre>
    </div>
  );
};

/** A link leaves the studio only when it is followed, and takes nothing along. */
const Link = ({ href, children }: ComponentProps<'a'>) => (
  <a href={href} target="_blank" rel="noopener noreferrer">
    {children}
  </a>
);

/** An image would be fetched from wherever the model says, and tell that host what was asked: it becomes a link. */
const Image = ({ src, alt }: ComponentProps<'img'>) => {
  const label = strings.image(alt === undefined || alt === '' ? (src ?? '') : alt);
  return src === undefined || src === '' ? <span>{label}</span> : <Link href={src}>{label}</Link>;
};

const COMPONENTS: Components = { pre: CodeBlock, a: Link, img: Image };

/** A block of what a model wrote. A block that has not changed is not rendered again. */
export const MarkdownBlock = memo(({ source }: { readonly source: string }) => (
  <Markdown remarkPlugins={PLUGINS} components={COMPONENTS}>
    {source}
  </Markdown>
));
MarkdownBlock.displayName = 'MarkdownBlock';
