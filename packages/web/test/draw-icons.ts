/** `npm run bun packages/web/test/draw-icons.ts`: the icons of the installed page, drawn from `icon.svg`. */
import { join } from 'node:path';
import { openChromium } from './chromium.ts';

const folder = join(import.meta.dir, '../public');
const svg = await Bun.file(join(folder, 'icon.svg')).text();
/** Platforms cut maskable icons to any shape within the middle 80 %, and touch icons at the corners. */
const square = svg.replace('rx="18"', '');
const masked = square
  .replace('viewBox="0 0 64 64"', 'viewBox="-8 -8 80 80"')
  .replace('<rect width="64" height="64"', '<rect x="-8" y="-8" width="80" height="80"');
const icons: readonly (readonly [name: string, svg: string, sizePx: number])[] = [
  ['icon-192', svg, 192],
  ['icon-512', svg, 512],
  ['icon-maskable-192', masked, 192],
  ['icon-maskable-512', masked, 512],
  ['icon-touch-180', square, 180],
];

const browser = await openChromium();
const page = await browser.newPage();
for (const [name, drawing, sizePx] of icons) {
  await page.setViewportSize({ width: sizePx, height: sizePx });
  await page.setContent(`<style>*{margin:0}svg{display:block;width:${sizePx}px}</style>${drawing}`);
  await page.screenshot({ path: join(folder, `${name}.png`), omitBackground: true });
}
await browser.close();
