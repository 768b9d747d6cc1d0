// What the pages read, each thing once, whoever shows it.

import { keepPreviousData, useInfiniteQuery, useQueries, useQuery } from '@tanstack/react-query';
import { ask, query } from './api';
import type { Figures } from './figures';
import { refusalOf } from './words';
import type {
  Asked, Card, Catalogue, ConfigurationText, Conflict, Connection, Domain, EntryPage, Explanation, Finding, Grant, Identity, IssueField, IssueType, Item, LinkPage, Match, ObjectField, Parked, Role, Status,
  Version,
} from './types';

/** How often what changes by itself is read again. */
const LIVE_MS = 3_000;

/** How often figures over time are counted again. */
const FIGURES_MS = 30_000;

const path = encodeURIComponent;

export const useStatus = () => useQuery({ queryKey: ['status'], queryFn: () => ask<Status>('/status'), refetchInterval: LIVE_MS });
export const useFigures = () => useQuery({ queryKey: ['figures'], queryFn: () => ask<Figures>('/figures'), refetchInterval: FIGURES_MS });
export const useAbout = () => useQuery({ queryKey: ['about'], queryFn: () => ask<{ version: string; license: string; you: { name: string | null; role: Role } }>('/about'), staleTime: Infinity });

/** Why whoever is logged in may not do what needs a role; nothing where they may. The server has the last word. */
export function useRefusal(least: Role): string | undefined {
  const role = useAbout().data?.you.role;
  return role && refusalOf(role, least);
}

const item = (name: string) => ({ queryKey: ['item', name], queryFn: () => ask<Item>(`/items/${path(name)}`), refetchInterval: LIVE_MS });
export const useItem = (name: string) => useQuery(item(name));
export const useItems = (names: string[]) => useQueries({ queries: names.map(item) });

export const useConflicts = () => useQuery({ queryKey: ['conflicts'], queryFn: () => ask<{ conflicts: Conflict[]; next: number | null }>('/conflicts?limit=1000'), refetchInterval: LIVE_MS });
export const useMatches = () => useQuery({ queryKey: ['matches'], queryFn: () => ask<{ matches: Match[] }>('/matches'), refetchInterval: LIVE_MS });
/** Looked at once: whoever has decided it asks for what is no match any more. */
export const useMatch = (record: string, of: string) =>
  useQuery({ queryKey: ['match', record, of], queryFn: () => ask<Match>(query(`/matches/${path(record)}`, { item: of })), gcTime: 0, meta: { once: true } });
export const useParked = () => useQuery({ queryKey: ['parked'], queryFn: () => ask<{ parked: Parked[] }>('/parked'), refetchInterval: LIVE_MS });

export const useCards = (name: string) => useQuery({ queryKey: ['link', name], queryFn: () => ask<{ links: Card[] }>(query('/links', { name })), refetchInterval: LIVE_MS });
export const useExplanation = (about: string, of?: string) => useQuery({ queryKey: ['explain', about, of], queryFn: () => ask<{ explanations: Explanation[] }>(query('/explain', { about, item: of })) });

export interface LinkSearch {
  text?: string | undefined;
  item?: string | undefined;
  state?: string | undefined;
}

export const useLinks = (search: LinkSearch) =>
  useInfiniteQuery({
    queryKey: ['links', search],
    queryFn: ({ pageParam, signal }) => ask<LinkPage>(query('/links/all', { ...search, after: pageParam, limit: 200 }), { signal }),
    initialPageParam: 0,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  });

export interface EntrySearch {
  item?: string | undefined;
  kind?: string | undefined;
  link?: number | undefined;
  round?: string | undefined;
  since?: string | undefined;
}

const ENTRIES = 100;
const LIVE_PAGES_MAX = 2;

export const useEntries = (search: EntrySearch) =>
  useInfiniteQuery({
    queryKey: ['entries', search],
    queryFn: ({ pageParam, signal }) => ask<EntryPage>(query('/journal', { ...search, newest: true, before: pageParam, limit: ENTRIES }), { signal }),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page) => (page.entries.length === ENTRIES ? page.next : undefined),
    // Whoever reads far back is not interested in the last three seconds.
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 0) > LIVE_PAGES_MAX ? false : LIVE_MS),
    placeholderData: keepPreviousData,
  });

export const useConnections = () => useQuery({ queryKey: ['connections'], queryFn: () => ask<{ connections: Connection[] }>('/connections'), refetchInterval: LIVE_MS });
export const useIdentity = (name: string) => useQuery({ queryKey: ['identity', name], queryFn: () => ask<Identity>(`/connections/${path(name)}/identity`), enabled: !!name, staleTime: 60_000 });
export const useFindings = (enabled: boolean) => useQuery({ queryKey: ['doctor'], queryFn: () => ask<{ findings: Finding[] }>('/doctor'), enabled, staleTime: Infinity });

export const useConfiguration = () => useQuery({ queryKey: ['configuration'], queryFn: () => ask<ConfigurationText>('/configuration/text') });
export const useVersions = () => useQuery({ queryKey: ['versions'], queryFn: () => ask<{ versions: Version[] }>('/configuration/versions') });

/** Grants are records in the org, so that each look is a call there. */
const ACCESS_MS = 10_000;

export const useGrants = () => useQuery({ queryKey: ['grants'], queryFn: () => ask<{ grants: Grant[]; sources: string[] }>('/access'), refetchInterval: ({ state }) => (state.error ? false : ACCESS_MS) });
export const useRequests = () => useQuery({ queryKey: ['requests'], queryFn: () => ask<{ requests: Asked[] }>('/requests'), refetchInterval: ({ state }) => (state.error ? false : ACCESS_MS) });
export const useDomains = () => useQuery({ queryKey: ['domains'], queryFn: () => ask<{ domains: Domain[] }>('/domains'), refetchInterval: ({ state }) => (state.error ? false : ACCESS_MS) });

/** What can be picked is asked of a side once for each form; it changes rarely while somebody fills one in. */
const picked = <T>(at: string, ready: boolean) => ({ queryKey: ['picked', at], queryFn: () => ask<T>(`/connections/${at}`), enabled: ready, staleTime: 60_000, retry: false, meta: { once: true } });

export const useObjects = (org: string) => useQuery(picked<Catalogue>(`${path(org)}/objects`, !!org));
export const useObjectFields = (org: string, object: string) => useQuery(picked<{ fields: ObjectField[] }>(`${path(org)}/objects/${path(object)}`, !!org && !!object));
export const useProjects = (site: string) => useQuery(picked<{ projects: { key: string; name: string }[] }>(`${path(site)}/projects`, !!site));
export const useIssueTypes = (site: string, project: string) => useQuery(picked<{ types: IssueType[] }>(`${path(site)}/projects/${path(project)}`, !!site && !!project));
export const useIssueFields = (site: string, project: string, type: string) =>
  useQuery(picked<{ fields: IssueField[] }>(`${path(site)}/projects/${path(project)}/types/${path(type)}`, !!site && !!project && !!type));
