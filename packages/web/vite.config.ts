import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { emojiFiles } from './emoji-files.ts';
import { serviceWorkerFile } from './service-worker-file.ts';

export default defineConfig({
  plugins: [react(), emojiFiles(['en', 'zh']), serviceWorkerFile()],
  build: { target: 'es2023', assetsInlineLimit: 0, reportCompressedSize: false, modulePreload: { polyfill: false } },
  server: {
    proxy: {
      '/api': 'http://127.0.0.1:8080',
      '/v1/socket': { target: 'ws://127.0.0.1:8080', ws: true },
      '/v1/stream': 'http://127.0.0.1:8080',
    },
  },
});
