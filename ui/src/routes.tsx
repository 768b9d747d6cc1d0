// Which address shows which page. Filters stand in the address, so that what is seen can be sent to somebody.

import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Link, type ErrorComponentProps } from '@tanstack/react-router';
import { AccessPage } from './pages/access';
import { ActivityPage } from './pages/activity';
import { ConfigurationPage } from './pages/configuration';
import { ConflictsPage } from './pages/conflicts';
import { ConnectionsPage } from './pages/connections';
import { InspectionPage } from './pages/inspection';
import { ItemPage } from './pages/item';
import { ItemsPage } from './pages/items';
import { LinkPage } from './pages/link';
import { LinksPage } from './pages/links';
import { MatchesPage } from './pages/matches';
import { OverviewPage } from './pages/overview';
import { ParkedPage } from './pages/parked';
import { Failure } from './parts/loaded';
import { Head } from './parts/show';
import type { EntrySearch, LinkSearch } from './queries';
import { Shell } from './shell';

const root = createRootRoute({ component: Shell, notFoundComponent: Nowhere, errorComponent: Broken });
const getParentRoute = () => root;

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined);
const number = (value: unknown) => (Number.isInteger(Number(value)) && Number(value) > 0 ? Number(value) : undefined);

// Forms bring a reader of YAML with them, so they come when somebody opens one.
const itemForm = () => import('./pages/item-form');
const connectionForm = () => import('./pages/connection-form');

const routes = [
  createRoute({ getParentRoute, path: '/', component: OverviewPage }),
  createRoute({ getParentRoute, path: '/items', component: ItemsPage, validateSearch: (search): { delete?: string | undefined } => ({ delete: text(search.delete) }) }),
  createRoute({ getParentRoute, path: '/items/$item', component: ItemPage }),
  createRoute({ getParentRoute, path: '/items/$item/edit', component: lazyRouteComponent(itemForm, 'EditItemPage') }),
  createRoute({ getParentRoute, path: '/new-item', component: lazyRouteComponent(itemForm, 'NewItemPage') }),
  createRoute({ getParentRoute, path: '/configuration', component: ConfigurationPage, validateSearch: (search): { item?: string | undefined } => ({ item: text(search.item) }) }),
  createRoute({ getParentRoute, path: '/links', component: LinksPage, validateSearch: (search): LinkSearch => ({ text: text(search.text), item: text(search.item), state: text(search.state) }) }),
  createRoute({ getParentRoute, path: '/links/$link', component: LinkPage }),
  createRoute({ getParentRoute, path: '/conflicts', component: ConflictsPage }),
  createRoute({ getParentRoute, path: '/matches', component: MatchesPage }),
  createRoute({ getParentRoute, path: '/parked', component: ParkedPage }),
  createRoute({
    getParentRoute,
    path: '/activity',
    component: ActivityPage,
    validateSearch: (search): EntrySearch => ({ item: text(search.item), kind: text(search.kind), link: number(search.link), round: text(search.round), since: text(search.since) }),
  }),
  createRoute({ getParentRoute, path: '/access', component: AccessPage }),
  createRoute({ getParentRoute, path: '/inspection', component: InspectionPage }),
  createRoute({ getParentRoute, path: '/connections', component: ConnectionsPage, validateSearch: (search): { revoke?: string | undefined } => ({ revoke: text(search.revoke) }) }),
  createRoute({ getParentRoute, path: '/connections/$connection', component: lazyRouteComponent(connectionForm, 'ConnectionPage') }),
  createRoute({ getParentRoute, path: '/new-connection', component: lazyRouteComponent(connectionForm, 'NewConnectionPage') }),
] as const;

export const router = createRouter({ routeTree: root.addChildren([...routes]) });

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

function Nowhere() {
  return (
    <>
      <Head title="There is no such page" />
      <p>
        Perhaps <Link to="/">the overview</Link> leads there.
      </p>
    </>
  );
}

function Broken({ error, reset }: ErrorComponentProps) {
  return <Failure error={error} again={reset} />;
}
