"""Certificates that tests vouch for."""
import pathlib
import subprocess


def certificate(folder):
    """A key and a certificate for localhost that vouches for itself: the two files, chain first."""
    key, chain = pathlib.Path(folder, "key.pem"), pathlib.Path(folder, "chain.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-keyout", key, "-out", chain, "-days", "2", "-subj", "/CN=localhost", "-addext",
                    "subjectAltName=DNS:localhost"], check=True, capture_output=True)
    return chain, key
