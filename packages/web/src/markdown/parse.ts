import { Lexer, type Token, type Tokens } from 'marked';

/**
 * The subset of markdown a message may hold. Everything marked finds beyond it becomes the text it was written as,
 * so nothing a person types can turn into an element we did not choose.
 */
export type Inline =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'strong' | 'em' | 'del'; readonly children: readonly Inline[] }
  | { readonly type: 'code'; readonly text: string }
  | { readonly type: 'link'; readonly href: string; readonly children: readonly Inline[] }
  | { readonly type: 'break' };

export type Block =
  | { readonly type: 'paragraph'; readonly children: readonly Inline[] }
  | { readonly type: 'quote'; readonly children: readonly Block[] }
  | { readonly type: 'code'; readonly text: string; readonly language: string }
  | {
      readonly type: 'list';
      readonly isOrdered: boolean;
      readonly start: number;
      readonly items: readonly (readonly Block[])[];
    };

/** Nesting deeper than this is shown as it was written. */
const depthMax = 6;
/**
 * A text with more signs of markup outside its code blocks is shown as it was written: what reading them costs grows with
 * their square, and one message must not hold up the page of everyone who gets it.
 */
const markupSignsMax = 800;
const schemes = new Set(['http:', 'https:', 'mailto:']);

/** Only these lead anywhere; `javascript:`, `data:` and relative addresses stay text. */
export function safeHref(href: string): string | undefined {
  if (!/^[a-z][a-z0-9+.-]*:/i.test(href)) return undefined;
  try {
    const url = new URL(href);
    return schemes.has(url.protocol) ? url.href : undefined;
  } catch {
    return undefined;
  }
}

export function parseMarkdown(text: string): readonly Block[] {
  if (isDense(text)) return [{ type: 'paragraph', children: lines(text) }];
  return blocks(new Lexer({ gfm: true, breaks: true }).lex(text), 0);
}

function isDense(text: string): boolean {
  if (text.length <= markupSignsMax) return false;
  const prose = text.replaceAll(/^(```|~~~)[^]*?^\1/gm, '');
  return (prose.match(/[-*_~`[\]<>!\\|#+]/g)?.length ?? 0) > markupSignsMax;
}

function blocks(tokens: readonly Token[], depth: number): Block[] {
  return tokens.flatMap((token) => block(token, depth));
}

function block(token: Token, depth: number): Block[] {
  if (depth > depthMax) return [asWritten(token)];
  switch (token.type) {
    case 'space':
      return [];
    case 'paragraph':
    case 'text':
      return [
        {
          type: 'paragraph',
          children: 'tokens' in token && token.tokens ? inlines(token.tokens, depth) : lines(token.raw),
        },
      ];
    case 'blockquote':
      return [{ type: 'quote', children: blocks((token as Tokens.Blockquote).tokens, depth + 1) }];
    case 'code':
      return isFenced(token as Tokens.Code)
        ? [{ type: 'code', text: (token as Tokens.Code).text, language: (token as Tokens.Code).lang ?? '' }]
        : [asWritten(token)];
    case 'list':
      return [list(token as Tokens.List, depth)];
    default:
      return [asWritten(token)];
  }
}

/** Indented lines are not code in a chat. */
const isFenced = (token: Tokens.Code): boolean => token.codeBlockStyle !== 'indented';

function list(token: Tokens.List, depth: number): Block {
  return {
    type: 'list',
    isOrdered: token.ordered,
    start: token.start === '' ? 1 : token.start,
    items: token.items.map((item) => blocks(item.tokens, depth + 1)),
  };
}

const asWritten = (token: Token): Block => ({
  type: 'paragraph',
  children: lines(token.raw.replace(/(?<!\n)\n+$/, '')),
});

function lines(text: string): Inline[] {
  return text
    .split('\n')
    .flatMap((part, index): Inline[] => [
      ...(index > 0 ? [{ type: 'break' } as const] : []),
      { type: 'text', text: part },
    ]);
}

function inlines(tokens: readonly Token[], depth: number): Inline[] {
  return tokens.flatMap((token) => inline(token, depth + 1));
}

function inline(token: Token, depth: number): Inline[] {
  if (depth > depthMax * 2) return lines(token.raw);
  switch (token.type) {
    case 'strong':
    case 'em':
    case 'del':
      return [{ type: token.type, children: inlines((token as Tokens.Strong).tokens, depth) }];
    case 'codespan':
      return [{ type: 'code', text: (token as Tokens.Codespan).text }];
    case 'br':
      return [{ type: 'break' }];
    case 'escape':
      return [{ type: 'text', text: (token as Tokens.Escape).text }];
    case 'link':
      return link(token as Tokens.Link, depth);
    case 'text':
      return 'tokens' in token && token.tokens ? inlines(token.tokens, depth) : lines(token.raw);
    default:
      return lines(token.raw);
  }
}

function link(token: Tokens.Link, depth: number): Inline[] {
  const href = safeHref(token.href);
  return href === undefined ? lines(token.raw) : [{ type: 'link', href, children: inlines(token.tokens, depth) }];
}
