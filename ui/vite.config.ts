// How the console is built: every file but the page itself carries a digest in its name and lies under /console/.
// `npm run dev` serves it by itself and sends what it asks to a server on 7400.
import tailwind from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const server = 'http://127.0.0.1:7400';

export default defineConfig({
  plugins: [react(), tailwind()],
  build: { outDir: 'dist/site', assetsDir: 'console', assetsInlineLimit: 0, emptyOutDir: true, modulePreload: { polyfill: false } },
  server: { proxy: { '/api': server, '/login': server, '/logout': server, '/assets': server } },
});
