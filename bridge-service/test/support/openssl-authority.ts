import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { toBase64 } from '@onelock/core/bytes';

/** How an authority and all under it sign. */
export interface Signing {
  /** Of `openssl genpkey`. */
  readonly key: readonly string[];
  readonly digest: 'sha256' | 'sha384' | 'sha512';
  /** PSS under an ordinary RSA key. */
  readonly pss?: boolean;
}

/** A small CA made by OpenSSL alone: a root, certificates under it, and a list of those revoked. Nothing of it is made by our own encoder. */
export class OpensslAuthority {
  readonly #openssl: string;
  readonly #folder: string;
  readonly #signing: Signing;

  constructor(openssl: string, folder: string, signing: Signing) {
    this.#openssl = openssl;
    this.#folder = folder;
    this.#signing = signing;
    mkdirSync(folder, { recursive: true });
    this.#newKey('root');
    writeFileSync(this.file('index.txt'), '');
    writeFileSync(this.file('crlnumber'), '01\n');
    writeFileSync(
      this.file('ca.cnf'),
      [
        '[req]\ndistinguished_name=dn\nprompt=no\nutf8=yes\n[dn]\nCN=OpenSSL test root',
        '[root]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash',
        '[leaf]\nbasicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature,nonRepudiation\nauthorityKeyIdentifier=keyid',
        '[tsa]\nbasicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\nauthorityKeyIdentifier=keyid',
        `[ca]\ndefault_ca=own\n[own]\ndatabase=${this.file('index.txt')}\ncrlnumber=${this.file('crlnumber')}\ndefault_md=${signing.digest}\ndefault_crl_days=30\ncrl_extensions=list`,
        '[list]\nauthorityKeyIdentifier=keyid',
        `[ts]\ndefault_tsa=stamps\n[stamps]\nserial=${this.file('tsserial')}\nsigner_cert=${this.file('tsa.pem')}\nsigner_key=${this.file('tsa.key')}\nsigner_digest=${signing.digest}\ndefault_policy=2.999.1\ndigests=sha256,sha384,sha512\ncerts=${this.file('tsa.pem')}`,
      ].join('\n'),
    );
    this.run(
      ...['req', '-x509', '-new', '-config', this.file('ca.cnf'), '-extensions', 'root', '-key', this.file('root.key')],
      ...['-days', '60', '-out', this.file('root.pem'), ...this.#signatureOptions()],
    );
  }

  file(name: string): string {
    return path.join(this.#folder, name);
  }

  pem(name: string): string {
    return readFileSync(this.file(`${name}.pem`), 'utf8');
  }

  run(...args: readonly string[]): Buffer {
    return execFileSync(this.#openssl, args, { stdio: 'pipe' });
  }

  #newKey(name: string): void {
    this.run('genpkey', ...this.#signing.key, '-out', this.file(`${name}.key`));
  }

  #signatureOptions(): readonly string[] {
    const { digest, pss = false } = this.#signing;
    return [`-${digest}`, ...(pss ? ['-sigopt', 'rsa_padding_mode:pss', '-sigopt', 'rsa_pss_saltlen:digest'] : [])];
  }

  /** @param extensions  of a leaf, or of an authority for time-stamps */
  issue(name: string, serial: number, extensions: 'leaf' | 'tsa' = 'leaf'): string {
    this.#newKey(name);
    const request = this.file(`${name}.csr`);
    this.run(
      ...['req', '-new', '-key', this.file(`${name}.key`), '-subj', `/C=CN/O=OpenSSL ${name}/CN=${name}`],
      ...['-config', this.file('ca.cnf'), '-out', request, ...this.#signatureOptions()],
    );
    this.run(
      ...['x509', '-req', '-in', request, '-CA', this.file('root.pem'), '-CAkey', this.file('root.key')],
      ...['-set_serial', String(serial), '-days', '30', '-extfile', this.file('ca.cnf'), '-extensions', extensions],
      ...['-out', this.file(`${name}.pem`), ...this.#signatureOptions()],
    );
    return this.pem(name);
  }

  /** What `openssl verify` says of a certificate under the root. */
  accepts(name: string): boolean {
    try {
      this.run('verify', '-CAfile', this.file('root.pem'), this.file(`${name}.pem`));
      return true;
    } catch {
      return false;
    }
  }

  /** A list with one certificate on it, base64 of the DER. */
  listRevoking(name: string): string {
    this.run('ca', '-config', this.file('ca.cnf'), ...this.#issuer(), '-revoke', this.file(`${name}.pem`));
    const out = this.file('list.pem');
    this.run('ca', '-config', this.file('ca.cnf'), ...this.#issuer(), '-gencrl', '-out', out, ...this.#listOptions());
    return this.run('crl', '-in', out, '-outform', 'DER').toString('base64');
  }

  #issuer(): readonly string[] {
    return ['-cert', this.file('root.pem'), '-keyfile', this.file('root.key')];
  }

  #listOptions(): readonly string[] {
    return this.#signatureOptions().slice(1);
  }

  /** A raw signature over a file's content. */
  sign(name: string, content: Uint8Array, ...options: readonly string[]): string {
    const input = this.file('content');
    writeFileSync(input, content);
    const { digest } = this.#signing;
    const key = this.file(`${name}.key`);
    return this.run('dgst', `-${digest}`, '-sign', key, ...options, input).toString('base64');
  }

  /** A signed message around the content. */
  message(name: string, content: Uint8Array): string {
    const input = this.file('content');
    writeFileSync(input, content);
    const { digest, key, pss = false } = this.#signing;
    // Without being told, OpenSSL names plain RSA even for a key that is for PSS alone.
    const padding = pss || key.includes('RSA-PSS');
    return this.run(
      ...['cms', '-sign', '-binary', '-nodetach', '-outform', 'DER', '-in', input, '-md', digest],
      ...['-signer', this.file(`${name}.pem`), '-inkey', this.file(`${name}.key`)],
      ...(padding ? ['-keyopt', 'rsa_padding_mode:pss', '-keyopt', 'rsa_pss_saltlen:digest'] : []),
    ).toString('base64');
  }

  /** A time-stamp by the certificate `tsa`, which has been issued. */
  stamp(content: Uint8Array): string {
    const input = this.file('content');
    writeFileSync(input, content);
    writeFileSync(this.file('tsserial'), '01\n');
    this.run('ts', '-query', '-data', input, '-sha256', '-cert', '-out', this.file('query.tsq'));
    const options = ['-config', this.file('ca.cnf'), '-section', 'stamps', '-queryfile', this.file('query.tsq')];
    this.run('ts', '-reply', ...options, '-out', this.file('reply.tsr'));
    return toBase64(new Uint8Array(readFileSync(this.file('reply.tsr'))));
  }
}
