import { mount } from '../../shared/mount';
import { Admin } from './admin';

mount('Entente', <Admin />);
