/** 20 × 20 outlines, drawn for this page. Decorative: the button around one carries the name. */
const paths = {
  back: 'M12.5 4.5 7 10l5.5 5.5',
  close: 'M5.5 5.5l9 9m0-9l-9 9',
  search: 'M9 15A6 6 0 1 0 9 3a6 6 0 0 0 0 12Zm4.3-1.7L17 17',
  compose: 'M10 4v12M4 10h12',
  settings:
    'M10 12.6a2.6 2.6 0 1 0 0-5.2 2.6 2.6 0 0 0 0 5.2ZM10 2.6v2m0 10.8v2M4.770 4.770l1.410 1.410m7.640 7.640 1.410 1.410M2.6 10h2m10.8 0h2M4.770 15.230l1.410-1.410m7.640-7.640 1.410-1.410',
  people:
    'M7.5 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM2 16.5c.5-3 2.6-4.5 5.5-4.5s5 1.5 5.5 4.5M13 3.8a3 3 0 0 1 0 5.4M15 12.3c1.7.7 2.7 2.1 3 4.2',
  info: 'M10 17.5a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15ZM10 9v5m0-7.6v.1',
  send: 'M3.5 10h11m-4.5-5 5 5-5 5',
  emoji:
    'M10 17.5a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15ZM6.8 11.5c.7 1.5 1.8 2.2 3.2 2.2s2.5-.7 3.2-2.2M7.5 7.6v.3m5-.3v.3',
  reply: 'M8 5 3.5 9.5 8 14M4 9.5h7.5c3 0 5 1.8 5 5',
  edit: 'm4 16 .8-3.3L13.3 4.2a1.4 1.4 0 0 1 2 0l.5.5a1.4 1.4 0 0 1 0 2L7.3 15.2 4 16Z',
  trash: 'M4 6h12M8 6V4h4v2m-6.5 0 .7 10.5h7.6L14.5 6',
  undo: 'M7 4 3.5 7.5 7 11M4 7.5h8a4.5 4.5 0 0 1 0 9H8',
  copy: 'M7.5 7.5V4.5a1 1 0 0 1 1-1h7a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1h-3m-8-5h7a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1h-7a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1Z',
  more: 'M4.5 10h.010M10 10h.010M15.5 10h.010',
  down: 'M10 4v11.5m-5-5 5 5 5-5',
  link: 'M8.5 11.5a3 3 0 0 0 4.3 0l2.7-2.7a3 3 0 0 0-4.3-4.3l-1 1m1.3 3a3 3 0 0 0-4.3 0l-2.7 2.7a3 3 0 0 0 4.3 4.3l1-1',
  bell: 'M5 13.5V9a5 5 0 0 1 10 0v4.5l1.5 1.5h-13L5 13.5Zm3.3 3.5h3.4',
  bellOff: 'M5 13.5V9c0-.9.2-1.7.6-2.4M8 4.4A5 5 0 0 1 15 9v3m1.5 3h-13L5 13.5M8.3 17h3.4M3 3l14 14',
  check: 'm4.5 10.5 3.5 3.5 7.5-8',
  hash: 'M7.5 3.5 6 16.5m8-13-1.5 13M3.5 7.5h13.5m-14 5h13.5',
  megaphone: 'M4 8.5v3h2.5l7.5 4v-11l-7.5 4H4Zm2.5 3 1 4.5M16.5 8.5v3',
  keyboard: 'M3 5.5h14v9H3zM6 8.5h.010M9 8.5h.010M12 8.5h.010M14.5 8.5h.010M6.5 11.5h7',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, size = 20 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      strokeWidth={name === 'more' ? 2.4 : 1.6}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={paths[name]} />
    </svg>
  );
}
