// @peculiar/x509 wants the metadata polyfill loaded before itself.
import 'reflect-metadata';

export { X509Certificate as PeculiarCertificate } from '@peculiar/x509';
