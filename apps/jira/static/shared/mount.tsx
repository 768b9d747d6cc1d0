// Puts a page where Jira shows it, in the colours that Jira has.

import '@atlaskit/css-reset';
import './page.css';

import { view } from '@forge/bridge';
import { StrictMode, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';

export function mount(page: ReactNode) {
  // Without it the page keeps the light colours; nothing else depends on it.
  view.theme.enable().catch(() => undefined);
  const root = document.getElementById('root');
  if (root) createRoot(root).render(<StrictMode>{page}</StrictMode>);
}
