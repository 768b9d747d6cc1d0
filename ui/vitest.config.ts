// The logic of the console, without a browser; what needs one is in e2e.
import { defineConfig } from 'vitest/config';

export default defineConfig({ test: { include: ['tests/**/*.test.ts'] } });
