"""An engine behind TLS, real certificates on both sides."""

import datetime
import ipaddress
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from academyctl.containers.engine import Engine
from academyctl.containers.read import look_at_container, read_names
from academyctl.model.errors import EngineUnreachable
from tests.support.engine import Engine as Real
from tests.support.relay import relay


def on(host: str, **environ: str) -> Engine:
    return Engine({"DOCKER_HOST": host, "DOCKER_CONFIG": "/nowhere", **environ})


def certificates(folder: Path) -> None:
    """ca.pem, cert.pem and key.pem: one certificate, its own authority, for 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "engine")])
    now = datetime.datetime.now(datetime.UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = (
        made.serial_number(1).not_valid_before(now - datetime.timedelta(1)).not_valid_after(now + datetime.timedelta(1))
    )
    made = made.add_extension(names, critical=False).add_extension(
        x509.BasicConstraints(ca=True, path_length=None), True
    )
    pem = made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    private = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    folder.mkdir()
    (folder / "key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, *private))
    for file in ("ca.pem", "cert.pem"):
        (folder / file).write_bytes(pem)


def test_tls_both_ways_and_none_with_whom_we_do_not_trust(engine: Real, tmp_path: Path) -> None:
    certificates(tmp_path / "ours")
    certificates(tmp_path / "theirs")
    served = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=tmp_path / "ours" / "ca.pem")
    served.load_cert_chain(tmp_path / "ours" / "cert.pem", tmp_path / "ours" / "key.pem")
    served.verify_mode = ssl.CERT_REQUIRED
    engine.run("web")
    with relay(engine.host, served) as door:
        ours = {"DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(tmp_path / "ours")}
        assert look_at_container(on(door.host, **ours), "web").is_running
        assert read_names(on(door.host, DOCKER_TLS="1", DOCKER_CERT_PATH=str(tmp_path / "ours"))) == ("web",)
        for environ in ({}, {"DOCKER_TLS_VERIFY": "1"}, {**ours, "DOCKER_CERT_PATH": str(tmp_path / "theirs")}):
            with pytest.raises(EngineUnreachable) as refused:
                read_names(on(door.host, **environ))
            assert (refused.value.code, refused.value.exit_code) == ("engine.unreachable", 1), environ
        assert len(door.seen) == 2
