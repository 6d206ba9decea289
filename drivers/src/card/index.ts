export { createCardDriver } from './create-card-driver.ts';
