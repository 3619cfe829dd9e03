import { X509Certificate, verify, type KeyObject } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AsnConvert } from '@peculiar/asn1-schema';
import { CertificateList } from '@peculiar/asn1-x509';
import { TransientError } from '../errors/errors.js';

/** An authority and what it has revoked. */
interface Authority {
  readonly certificate: X509Certificate;
  /** Serial numbers; undefined: there is no list that it has signed. */
  readonly revoked: ReadonlySet<bigint> | undefined;
}

/** What is known of a certificate. */
export type Standing = 'good' | 'foreign' | 'revoked';

const authorityFile = 'ca.crt';
const listFile = 'crl.pem';

/**
 * The authorities of `ca.crt` and their revocation lists in `crl.pem`, both of one folder; read again as soon as one of
 * the files is another (time, size or inode). Both may hold several, so that an authority can be replaced by a new one.
 */
export class RevocationLists {
  readonly #folder: string;
  #print = '';
  #authorities: readonly Authority[] = [];

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Whether one of the authorities has issued the certificate and not revoked it.
   * @throws TransientError `revocations_unavailable` when a file cannot be read, or the issuer has no valid list: nobody
   * can say then that the certificate is good.
   */
  async standingOf(certificate: X509Certificate): Promise<Standing> {
    const issuer = (await this.#current()).find(
      ({ certificate: authority }) => certificate.checkIssued(authority) && certificate.verify(authority.publicKey),
    );
    if (issuer === undefined) return 'foreign';
    if (issuer.revoked === undefined) throw unavailable(`${listFile}: expected a list signed by the issuer, was none`);
    return issuer.revoked.has(BigInt(`0x${certificate.serialNumber}`)) ? 'revoked' : 'good';
  }

  async #current(): Promise<readonly Authority[]> {
    try {
      const print = await this.#fingerprint();
      if (print !== this.#print) {
        this.#authorities = await this.#read();
        this.#print = print;
      }
      return this.#authorities;
    } catch (error) {
      if (error instanceof TransientError) throw error;
      throw unavailable(`${this.#folder}: expected ${authorityFile} and ${listFile}, was ${String(error)}`, error);
    }
  }

  async #fingerprint(): Promise<string> {
    const files = [authorityFile, listFile].map((name) => stat(join(this.#folder, name)));
    return (await Promise.all(files)).map(({ mtimeMs, size, ino }) => [mtimeMs, size, ino].join(':')).join(' ');
  }

  async #read(): Promise<readonly Authority[]> {
    const text = (name: string) => readFile(join(this.#folder, name), 'utf8');
    const certificates = blocksOf(await text(authorityFile), 'CERTIFICATE').map((der) => new X509Certificate(der));
    if (certificates.length === 0) throw unavailable(`${authorityFile}: expected a certificate, was none`);
    const lists = blocksOf(await text(listFile), 'X509 CRL');
    return certificates.map((certificate) => ({ certificate, revoked: revokedBy(certificate.publicKey, lists) }));
  }
}

function unavailable(message: string, cause?: unknown): TransientError {
  return new TransientError(message, { code: 'revocations_unavailable', cause });
}

function blocksOf(pem: string, label: string): Buffer[] {
  const pattern = new RegExp(`-----BEGIN ${label}-----([A-Za-z0-9+/=\\s]+)-----END ${label}-----`, 'g');
  return [...pem.matchAll(pattern)].map(([, base64 = '']) => Buffer.from(base64, 'base64'));
}

/** All that the owner of the key has revoked, by every list that it has signed; undefined without one. */
function revokedBy(key: KeyObject, lists: readonly Buffer[]): ReadonlySet<bigint> | undefined {
  const own = lists.map((der) => AsnConvert.parse(der, CertificateList)).filter((list) => isSignedBy(key, list));
  if (own.length === 0) return undefined;
  const entries = own.flatMap(({ tbsCertList }) => tbsCertList.revokedCertificates ?? []);
  return new Set(entries.map(({ userCertificate }) => BigInt(`0x${Buffer.from(userCertificate).toString('hex')}`)));
}

/** Digest by the OID of the signature's algorithm; null: the algorithm has its own. */
const digests: Readonly<Record<string, string | null>> = {
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
  '1.3.101.112': null,
};

function isSignedBy(key: KeyObject, list: CertificateList): boolean {
  const digest = digests[list.signatureAlgorithm.algorithm];
  const { tbsCertListRaw, signature } = list;
  if (digest === undefined || tbsCertListRaw === undefined) return false;
  return verify(digest, Buffer.from(tbsCertListRaw), key, Buffer.from(signature));
}
