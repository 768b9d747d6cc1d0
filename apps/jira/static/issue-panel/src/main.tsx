import { mount } from '../../shared/mount';
import { Panel } from './panel';

mount('Salesforce', <Panel />);
