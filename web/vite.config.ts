import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

// The program embeds what this leaves in ui-dist. `npm run dev` asks the server that RELATA_URL names.
export default defineConfig({
  plugins: [vue()],
  // Files are looked for beside the page, whose <base> says where the server is.
  base: './',
  build: {
    outDir: '../crates/http/ui-dist',
    emptyOutDir: false,
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    license: { fileName: 'licenses.txt' },
    chunkSizeWarningLimit: 600,
    rolldownOptions: { checks: { pluginTimings: false } },
  },
  server: { proxy: { '/api': process.env.RELATA_URL ?? 'http://127.0.0.1:8080' } },
})
