// Light, dark, or as the system has it; remembered in this browser.

import { useState } from 'react';

export const THEMES = ['system', 'light', 'dark'] as const;
const KEPT = 'entente.theme';

export function applyTheme(theme = localStorage.getItem(KEPT) ?? 'system') {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

export function useTheme(): [string, (theme: string) => void] {
  const [theme, setTheme] = useState(() => localStorage.getItem(KEPT) ?? 'system');
  const set = (chosen: string) => {
    localStorage.setItem(KEPT, chosen);
    applyTheme(chosen);
    setTheme(chosen);
  };
  return [theme, set];
}
