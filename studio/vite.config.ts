import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Where a gateway runs while the studio is developed with `vite`. */
const GATEWAY = 'http://127.0.0.1:6813';

export default defineConfig({
  root: import.meta.dirname,
  // The stylesheets and generated documents lie beside this folder, and so does node_modules.
  server: {
    host: '127.0.0.1',
    port: 6711,
    strictPort: true,
    fs: { allow: ['..'] },
    proxy: { '/graphql': { target: GATEWAY, ws: true }, '/rpc': { target: GATEWAY } },
  },
  plugins: [react(), tailwindcss()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'baseline-widely-available',
    // Nothing is inlined as a data: address and no script is injected, so that the content security policy can stay strict.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
