import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../icons/icon.tsx';
import { parseMarkdown, type Block, type Inline } from './parse.ts';
import './markdown.css';

/** A message’s text as elements: each comes from the white-list in parse.ts, every string through React’s own escaping. */
export function Markdown({ text, mark }: { readonly text: string; readonly mark?: string | undefined }) {
  const blocks = useMemo(() => parseMarkdown(text), [text]);
  return (
    <div className="markdown">
      {blocks.map((block, index) => (
        <BlockView key={index} block={block} mark={mark} />
      ))}
    </div>
  );
}

function BlockView({ block, mark }: { readonly block: Block; readonly mark: string | undefined }) {
  switch (block.type) {
    case 'paragraph':
      return (
        <p>
          <Inlines items={block.children} mark={mark} />
        </p>
      );
    case 'quote':
      return (
        <blockquote>
          {block.children.map((child, index) => (
            <BlockView key={index} block={child} mark={mark} />
          ))}
        </blockquote>
      );
    case 'code':
      return <CodeBlock text={block.text} />;
    case 'list': {
      const items = block.items.map((item, index) => (
        <li key={index}>
          {item.map((child, at) => (
            <BlockView key={at} block={child} mark={mark} />
          ))}
        </li>
      ));
      return block.isOrdered ? <ol start={block.start}>{items}</ol> : <ul>{items}</ul>;
    }
  }
}

function Inlines({ items, mark }: { readonly items: readonly Inline[]; readonly mark: string | undefined }) {
  return items.map((item, index) => <InlineView key={index} item={item} mark={mark} />);
}

function InlineView({ item, mark }: { readonly item: Inline; readonly mark: string | undefined }) {
  switch (item.type) {
    case 'text':
      return <Marked text={item.text} mark={mark} />;
    case 'strong':
      return (
        <strong>
          <Inlines items={item.children} mark={mark} />
        </strong>
      );
    case 'em':
      return (
        <em>
          <Inlines items={item.children} mark={mark} />
        </em>
      );
    case 'del':
      return (
        <del>
          <Inlines items={item.children} mark={mark} />
        </del>
      );
    case 'code':
      return <code>{item.text}</code>;
    case 'break':
      return <br />;
    case 'link':
      return (
        <a href={item.href} target="_blank" rel="noopener noreferrer nofollow">
          <Inlines items={item.children} mark={mark} />
        </a>
      );
  }
}

/** Highlights what was searched for, without regard to case. */
function Marked({ text, mark }: { readonly text: string; readonly mark: string | undefined }) {
  if (mark === undefined || mark === '') return text;
  const at = text.toLocaleLowerCase().indexOf(mark.toLocaleLowerCase());
  if (at < 0) return text;
  return (
    <>
      {text.slice(0, at)}
      <mark>{text.slice(at, at + mark.length)}</mark>
      <Marked text={text.slice(at + mark.length)} mark={mark} />
    </>
  );
}

function CodeBlock({ text }: { readonly text: string }) {
  const { t } = useTranslation();
  const [isCopied, setCopied] = useState(false);
  const copy = (): void =>
    void navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      () => undefined,
    ); // Without permission it stays selectable.
  return (
    <div className="code-block">
      <pre tabIndex={0}>
        <code>{text}</code>
      </pre>
      <button
        type="button"
        className="icon-button"
        aria-label={t(isCopied ? 'app.copied' : 'app.copy')}
        onClick={copy}
        onBlur={() => setCopied(false)}
      >
        <Icon name={isCopied ? 'check' : 'copy'} size={16} />
      </button>
    </div>
  );
}
