// A list of any length, of which only what is seen is in the page. Its rows are read in pages, as they come into sight.

import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, type ReactNode } from 'react';

interface Props<T> {
  of: string;
  rows: T[];
  /** A first guess in pixels; rows are measured once they are seen. */
  height: number;
  more?: (() => void) | undefined;
  children: (row: T) => ReactNode;
  keyOf: (row: T) => number;
}

export function VirtualList<T>({ of, rows, height, more, children, keyOf }: Props<T>) {
  const box = useRef<HTMLDivElement>(null);
  const list = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => height,
    overscan: 8,
    getItemKey: (index) => keyOf(rows[index] as T),
  });
  const seen = list.getVirtualItems();
  const last = seen.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more && last >= rows.length - 10) more();
  }, [last, rows.length, more]);
  return (
    <div ref={box} role="region" aria-label={of} tabIndex={0} className="sheet h-[70vh] overflow-y-auto">
      <div role="list" className="relative" style={{ height: list.getTotalSize() }}>
        {seen.map((item) => (
          <div key={item.key} role="listitem" aria-setsize={more ? -1 : rows.length} aria-posinset={item.index + 1} ref={list.measureElement} data-index={item.index} className="absolute left-0 top-0 w-full border-b border-line px-4 py-2 hover:bg-sunk" style={{ transform: `translateY(${item.start}px)` }}>
            {children(rows[item.index] as T)}
          </div>
        ))}
      </div>
    </div>
  );
}
