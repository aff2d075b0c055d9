// Builds the page into src/web/dist. Nothing is inlined, because the page's policy allows only files of its own origin.
import react from '@vitejs/plugin-react'
import { defineConfig, type UserConfig } from 'vite'

const config: UserConfig = defineConfig({
  plugins: [react()],
  base: '/',
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: false, reportCompressedSize: false },
})
export default config
