// Certificates for tests: a root of our own, and pairs that it signed, by the openssl program.

import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const KINDS = { ecdsa: ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"], rsa: ["rsa:2048"] };

const openssl = (...args) => execFileSync("openssl", args, { stdio: ["ignore", "pipe", "pipe"] });

/** Makes pairs in dir. */
export function authority(dir) {
  mkdirSync(dir, { recursive: true });
  const ca = join(dir, "ca.pem");
  const caKey = join(dir, "ca-key.pem");
  openssl("req", "-x509", "-newkey", ...KINDS.ecdsa, "-nodes", "-days", "2", "-subj", "/CN=Test root",
    "-addext", "keyUsage=critical,keyCertSign,cRLSign", "-keyout", caKey, "-out", ca);
  return {
    file: ca,
    text: readFileSync(ca, "utf8"),
    /** A new pair: { certificate, key } are paths. days below 0: one that has expired. */
    pair(name, kind = "ecdsa", days = 90) {
      const certificate = join(dir, `${name}.pem`);
      const key = join(dir, `${name}-key.pem`);
      const request = join(dir, `${name}.csr`);
      const more = join(dir, `${name}.cnf`);
      writeFileSync(more, `subjectAltName=DNS:localhost,IP:127.0.0.1
keyUsage=critical,digitalSignature
extendedKeyUsage=serverAuth
basicConstraints=critical,CA:FALSE
crlDistributionPoints=URI:http://localhost/root.crl
`);
      openssl("req", "-newkey", ...KINDS[kind], "-nodes", "-subj", "/CN=localhost", "-keyout", key, "-out", request);
      openssl("x509", "-req", "-in", request, "-CA", ca, "-CAkey", caKey, "-CAcreateserial",
        "-days", `${days}`, "-sha256", "-extfile", more, "-out", certificate);
      chmodSync(key, 0o600);
      return { certificate, key };
    },
  };
}

export const options = ({ certificate, key }) => [`--tls.certificate=${certificate}`, `--tls.key=${key}`];
