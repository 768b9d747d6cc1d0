// The console begins here.

import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Refusal } from './api';
import { router } from './routes';
import './styles.css';
import { applyTheme } from './theme';

applyTheme();

const TRIES_MAX = 2;
// What a caller did wrong stays wrong; what the server cannot do now it may be able to do in a moment.
const retry = (tries: number, error: Error) => tries < TRIES_MAX && !(error instanceof Refusal && error.status >= 400 && error.status < 500);
const queries = new QueryClient({ defaultOptions: { queries: { retry, staleTime: 1_000 } } });

const place = document.getElementById('console');
if (place) {
  createRoot(place).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  );
}
