import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// Jira serves the page from a folder of its own choice.
export default defineConfig({ base: './', plugins: [react()], build: { emptyOutDir: true, chunkSizeWarningLimit: 1_200 } });
