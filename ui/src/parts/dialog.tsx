// Dialogs and acts. The browser's own dialog keeps the focus inside, closes with Escape and gives the focus back.

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useId, useRef, useState, type ReactNode } from 'react';
import { useRefusal } from '../queries';
import type { Role } from '../types';
import { Failure } from './loaded';

interface DialogProps {
  title: string;
  close: () => void;
  children: ReactNode;
  wide?: boolean;
}

export function Dialog({ title, close, children, wide }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const name = useId();
  useEffect(() => {
    if (!dialog.current?.open) dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} aria-labelledby={name} onClose={close} className={`sheet w-full p-5 text-ink ${wide ? 'max-w-4xl' : 'max-w-xl'}`}>
      <h2 id={name} className="mb-3 text-lg">
        {title}
      </h2>
      {children}
      <form method="dialog" className="mt-4 text-right">
        <button className="button">Close</button>
      </form>
    </dialog>
  );
}

interface ActProps<T> {
  label: string;
  act: () => Promise<T>;
  done?: (answer: T) => void;
  className?: string;
  disabled?: boolean;
  /** The least role that may do it. */
  least?: Role;
}

/** A button that does something at the server. Until the answer is there it cannot be pressed again; a refusal stands
 * beside it; after success everything that is shown is read again, but for what a dialog has looked at once. */
export function Act<T>({ label, act, done, className = 'button', disabled, least = 'operator' }: ActProps<T>) {
  const refusal = useRefusal(least);
  const queries = useQueryClient();
  const acting = useMutation({
    mutationFn: act,
    onSuccess: (answer) => {
      done?.(answer);
      return queries.invalidateQueries({ predicate: ({ meta }) => !meta?.['once'] });
    },
  });
  return (
    <>
      <button type="button" className={className} title={refusal} disabled={(disabled ?? false) || !!refusal || acting.isPending} onClick={() => acting.mutate()}>
        {acting.isPending ? `${label} …` : label}
      </button>
      {acting.isError && (
        <div className="basis-full text-left">
          <Failure error={acting.error} />
        </div>
      )}
    </>
  );
}

interface OpensProps {
  label: string;
  title: string;
  className?: string;
  wide?: boolean;
  /** Whether the address has asked for it already. */
  asked?: boolean;
  /** The least role for which there is something to do in it. */
  least?: Role;
  children: (close: () => void) => ReactNode;
}

/** A button that opens a dialog. */
export function Opens({ label, title, className = 'button', wide, asked = false, least = 'operator', children }: OpensProps) {
  const [open, setOpen] = useState(asked);
  const refusal = useRefusal(least);
  return (
    <>
      <button type="button" className={className} aria-haspopup="dialog" title={refusal} disabled={!!refusal} onClick={() => setOpen(true)}>
        {label}
      </button>
      {open && (
        <Dialog title={title} close={() => setOpen(false)} {...(wide ? { wide } : {})}>
          {children(() => setOpen(false))}
        </Dialog>
      )}
    </>
  );
}
