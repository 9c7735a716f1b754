"""Certificates of a sandbox: a CA of its own, made once, and a leaf for this machine and the vendors' hosts."""

import datetime
import ssl
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from teiki_providers.server.hosts import LOOPBACK, VENDORS
from teiki_providers.server.seal import write_private

__all__ = ["certificates", "context"]

_CA, _CA_KEY, _LEAF = "ca.pem", "ca.key", "leaf.pem"
# Fixed, so that nothing here reads a clock.
_FROM = datetime.datetime(2024, 1, 1)
_UNTIL = datetime.datetime(2049, 1, 1)

_Key = ec.EllipticCurvePrivateKey


def certificates(directory: Path, hosts: tuple[str, ...] = ()) -> Path:
    """Make what is missing in a directory; the path of the CA's certificate.

    The leaf is made anew at every start, since its names follow the options; the CA stays.
    """
    ca_file, key_file = directory / _CA, directory / _CA_KEY
    if not (ca_file.exists() and key_file.exists()):
        key = ec.generate_private_key(ec.SECP256R1())
        write_private(key_file, _key_bytes(key))
        ca_file.write_bytes(_authority(key).public_bytes(Encoding.PEM))
    ca = x509.load_pem_x509_certificate(ca_file.read_bytes())
    ca_key = load_pem_private_key(key_file.read_bytes(), None)
    assert isinstance(ca_key, _Key)
    leaf_key = ec.generate_private_key(ec.SECP256R1())
    leaf = _leaf(leaf_key, ca, ca_key, (*LOOPBACK, *VENDORS, *hosts))
    write_private(directory / _LEAF, _key_bytes(leaf_key) + leaf.public_bytes(Encoding.PEM))
    return ca_file


def context(directory: Path) -> ssl.SSLContext:
    """What the TLS listener speaks with."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(directory / _LEAF)
    made.set_alpn_protocols(["http/1.1"])
    return made


def _key_bytes(key: _Key) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _named(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "teiki sandbox"),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _begun(subject: x509.Name, issuer: x509.Name, key: _Key) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_FROM)
        .not_valid_after(_UNTIL)
    )


def _usage(authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _authority(key: _Key) -> x509.Certificate:
    name = _named("teiki sandbox CA")
    return (
        _begun(name, name, key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _alternative(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _leaf(key: _Key, ca: x509.Certificate, ca_key: _Key, hosts: tuple[str, ...]) -> x509.Certificate:
    names = x509.SubjectAlternativeName([_alternative(host) for host in dict.fromkeys(hosts)])
    issuer = ca.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return (
        _begun(_named("localhost"), ca.subject, key)
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issuer), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
