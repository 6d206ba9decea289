// @peculiar/x509 wants the metadata polyfill loaded before itself.
import 'reflect-metadata';

export { X509Certificate as PeculiarCertificate, X509Crl as PeculiarCrl } from '@peculiar/x509';
