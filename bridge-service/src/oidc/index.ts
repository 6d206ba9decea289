export { installOpenIdConnect } from './door.ts';
