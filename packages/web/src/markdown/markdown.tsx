import { useMemo, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../icons/icon.tsx';
import { parseMarkdown, type Block, type Inline } from './parse.ts';
import './markdown.css';

const mention = /((?<=^|\s)@[\p{L}\p{N}](?:[\p{L}\p{N}_.-]*[\p{L}\p{N}])?)/u;

interface MarkdownProps {
  readonly text: string;
  /** Whether “@name” names somebody in it. */
  readonly hasMentions?: boolean;
  /** The user name of whoever reads, so that their own mention stands out. */
  readonly ownName?: string | undefined;
  /** Put at the end of the last line, when that is a line of text. */
  readonly tail?: ReactNode;
}

interface Look {
  readonly hasMentions: boolean;
  readonly ownName: string | undefined;
}

/** A message’s text as elements: each comes from the white-list in parse.ts, every string through React’s own escaping. */
export function Markdown({ text, hasMentions = false, ownName, tail }: MarkdownProps) {
  const blocks = useMemo(() => parseMarkdown(text), [text]);
  const look = { hasMentions, ownName };
  return (
    <div className="markdown">
      {blocks.map((block, index) => (
        <BlockView key={index} block={block} look={look} tail={index === blocks.length - 1 ? tail : undefined} />
      ))}
    </div>
  );
}

function BlockView({ block, look, tail }: { readonly block: Block; readonly look: Look; readonly tail?: ReactNode }) {
  switch (block.type) {
    case 'paragraph':
      return (
        <p>
          <Inlines items={block.children} look={look} />
          {tail}
        </p>
      );
    case 'quote':
      return (
        <blockquote>
          {block.children.map((child, index) => (
            <BlockView key={index} block={child} look={look} />
          ))}
        </blockquote>
      );
    case 'code':
      return <CodeBlock text={block.text} />;
    case 'list': {
      const items = block.items.map((item, index) => (
        <li key={index}>
          {item.map((child, at) => (
            <BlockView key={at} block={child} look={look} />
          ))}
        </li>
      ));
      return block.isOrdered ? <ol start={block.start}>{items}</ol> : <ul>{items}</ul>;
    }
  }
}

function Inlines({ items, look }: { readonly items: readonly Inline[]; readonly look: Look }) {
  return items.map((item, index) => <InlineView key={index} item={item} look={look} />);
}

function InlineView({ item, look }: { readonly item: Inline; readonly look: Look }) {
  switch (item.type) {
    case 'text':
      return <Marked text={item.text} look={look} />;
    case 'strong':
      return (
        <strong>
          <Inlines items={item.children} look={look} />
        </strong>
      );
    case 'em':
      return (
        <em>
          <Inlines items={item.children} look={look} />
        </em>
      );
    case 'del':
      return (
        <del>
          <Inlines items={item.children} look={look} />
        </del>
      );
    case 'code':
      return <code>{item.text}</code>;
    case 'break':
      return <br />;
    case 'link':
      return (
        <a href={item.href} target="_blank" rel="noopener noreferrer nofollow">
          <Inlines items={item.children} look={look} />
        </a>
      );
  }
}

/** Text, with the names of those it mentions standing out. */
function Marked({ text, look }: { readonly text: string; readonly look: Look }) {
  if (!look.hasMentions) return text;
  return text.split(mention).map((piece, index) =>
    index % 2 === 1 ? (
      <span key={index} className="mention" data-own={piece === `@${look.ownName}`}>
        {piece}
      </span>
    ) : (
      piece
    ),
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
