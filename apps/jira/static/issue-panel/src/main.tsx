import { mount } from '../../shared/mount';
import { Panel } from './panel';

mount(<Panel />);
