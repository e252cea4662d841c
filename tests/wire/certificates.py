"""Certificates for one test, made by the openssl command: authorities, certificates of servers and
clients, revocation lists."""

import os
import shutil
import subprocess
import tempfile

AUTHORITY_CONFIG = """
[ca]
default_ca = here
[here]
dir = {folder}
database = {folder}/{name}.index
serial = {folder}/{name}.serial
crlnumber = {folder}/{name}.crlnumber
new_certs_dir = {folder}
certificate = {folder}/{name}.pem
private_key = {folder}/{name}.key
default_md = sha256
default_days = 30
default_crl_days = 30
policy = any
copy_extensions = copy
unique_subject = no
[any]
commonName = supplied
"""


def openssl(*arguments):
    done = subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"openssl {' '.join(arguments)}: {done.stderr}")
    return done.stdout


class Certificates:
    """A folder of PEM files; as a context manager it is gone at the end."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="kreisel-certificates-")

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        shutil.rmtree(self.folder, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.folder, name)

    def authority(self, name="ca"):
        """Who signs: NAME.pem and NAME.key."""
        self._self_signed(name, f"/CN=Authority {name}",
                          ["-addext", "basicConstraints=critical,CA:TRUE",
                           "-addext", "keyUsage=critical,keyCertSign,cRLSign"])
        for file, text in (("cnf", AUTHORITY_CONFIG.format(folder=self.folder, name=name)),
                           ("index", ""), ("serial", "1000\n"), ("crlnumber", "1000\n")):
            with open(self.path(f"{name}.{file}"), "w", encoding="ascii") as out:
                out.write(text)
        return self.path(f"{name}.pem")

    def server(self, name, hosts=("localhost",), days=30):
        """A self-signed certificate for hosts: (certificate, key)."""
        names = ",".join(f"DNS:{host}" for host in hosts)
        extras = ["-addext", f"subjectAltName={names}"] if hosts else []
        return self._self_signed(name, f"/CN={name}", extras, days)

    def client(self, name, authority="ca", subject=None, dates=()):
        """A certificate that an authority signs: (certificate, key)."""
        request = self.path(f"{name}.csr")
        openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-keyout", self.path(f"{name}.key"), "-out", request,
                "-subj", subject or f"/CN={name}")
        openssl("ca", "-batch", "-config", self.path(f"{authority}.cnf"), "-in", request,
                "-out", self.path(f"{name}.pem"), "-notext", *dates)
        return self.path(f"{name}.pem"), self.path(f"{name}.key")

    def revoke(self, name, authority="ca"):
        openssl("ca", "-config", self.path(f"{authority}.cnf"), "-revoke",
                self.path(f"{name}.pem"))

    def revocations(self, authority="ca"):
        """The list as it is now."""
        path = self.path(f"{authority}.crl")
        openssl("ca", "-config", self.path(f"{authority}.cnf"), "-gencrl", "-out", path + ".new")
        os.replace(path + ".new", path)
        return path

    def _self_signed(self, name, subject, extras, days=30):
        certificate, key = self.path(f"{name}.pem"), self.path(f"{name}.key")
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-keyout", key, "-out", certificate, "-days", str(days), "-subj", subject, *extras)
        os.chmod(key, 0o600)
        return certificate, key


def tls_of(pair, **more):
    """The `tls` map of a listener."""
    return {"certificate": pair[0], "key": pair[1], **more}
