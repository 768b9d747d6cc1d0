// Puts a page where Jira shows it, in the colours that Jira has.

import '@atlaskit/css-reset';
import './page.css';

import { view } from '@forge/bridge';
import { StrictMode, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';

/** Jira shows the title above the page; those who hear the page are told it too. */
export function mount(title: string, page: ReactNode) {
  // Without it the page keeps the light colours; nothing else depends on it.
  view.theme.enable().catch(() => undefined);
  const root = document.getElementById('root');
  if (!root) return;
  createRoot(root).render(
    <StrictMode>
      <main className="page">
        <h1 className="unseen">{title}</h1>
        {page}
      </main>
    </StrictMode>,
  );
}
