import Spinner from '@atlaskit/spinner';
export function Admin() { return <Spinner />; }
