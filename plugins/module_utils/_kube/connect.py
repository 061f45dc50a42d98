# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""From a kubeconfig to a pool of connections.

The ``kubernetes`` package reads tokens and runs exec plugins. Certificates are taken out of the document first: the
package writes them, private key included, to temporary files that stay behind when a forked process ends.
"""

from __future__ import annotations

import base64
import binascii
import copy
import dataclasses
import datetime as dt
import os
import ssl
import sys
import tempfile
import typing as t
from pathlib import Path

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError, MissingLibrary

try:
    import urllib3
    import yaml
    from kubernetes.client import Configuration, rest
    from kubernetes.config import ConfigException, load_kube_config_from_dict

    HAS_KUBERNETES = True
except ImportError:
    HAS_KUBERNETES = False

MINIMUM_KUBERNETES = "31.0.0"
_NOT_YET_VALID, _EXPIRED = 9, 10
"""OpenSSL's X509_V_ERR_CERT_NOT_YET_VALID and X509_V_ERR_CERT_HAS_EXPIRED."""


@dataclasses.dataclass(frozen=True)
class Connection:
    """One API server: a pool of TLS connections and the headers that authenticate."""

    host: str
    pool: t.Any
    configuration: t.Any

    def request(
        self, method: str, path: str, *, body: bytes | None, content_type: str, timeout: tuple[float, float], what: str
    ) -> tuple[int, bytes]:
        """One request, never repeated; ``timeout`` is for connecting and for reading. Returns status and body."""
        try:
            answer = self.pool.request(
                method,
                f"{self.host}{path}",
                body=body,
                headers={**self._headers(), "content-type": content_type},
                timeout=urllib3.Timeout(connect=timeout[0], read=timeout[1]),
                retries=False,
                redirect=False,
            )
        except urllib3.exceptions.SSLError as exc:
            raise _tls_failed(self.host, exc) from exc
        except (urllib3.exceptions.HTTPError, OSError) as exc:
            raise EksaError(
                f"API server {self.host} did not answer ({what}): {_short(exc)}.",
                code="kube.unreachable",
                hint="Check that this machine reaches that address and that the API server runs.",
            ) from exc
        return answer.status, answer.data

    def _headers(self) -> dict[str, str]:
        """Headers of every request; asks again each time, since exec plugins renew tokens."""
        settings = self.configuration.auth_settings().get("BearerToken") or {}
        auth = {"authorization": settings["value"]} if settings.get("value") else {}
        return {"accept": "application/json", "user-agent": "eks.anywhere", **auth}


def from_file(path: str) -> Connection:
    """Connection of the current context of a kubeconfig file."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as exc:
        raise EksaError(
            f"Kubeconfig {path} cannot be read: {exc.strerror}.",
            code="kube.kubeconfig_unreadable",
            hint="Give the path of a kubeconfig file of the cluster.",
        ) from exc
    return from_text(text, origin=path, base_dir=str(Path(path).resolve().parent))


def from_text(text: str, *, origin: str, base_dir: str = ".") -> Connection:
    """Connection of the current context of a kubeconfig document."""
    if not HAS_KUBERNETES:
        raise MissingLibrary(
            f"The Python package kubernetes (>= {MINIMUM_KUBERNETES}) is not importable by {sys.executable}.",
            code="library.kubernetes_missing",
            hint=f"Install it there: {sys.executable} -m pip install 'kubernetes>={MINIMUM_KUBERNETES}'.",
        )
    try:
        document = yaml.safe_load(text)
        cluster, user = _current(document)
        bare = _without_certificates(document)
        configuration = Configuration()
        load: t.Any = load_kube_config_from_dict
        load(bare, client_configuration=configuration)
        context = _tls(cluster, user, configuration, base_dir=base_dir)
    except (yaml.YAMLError, ConfigException, KeyError, TypeError, ValueError, OSError) as exc:
        # No words of the exception: a parser quotes the line it stumbled on, and that may be a key.
        raise EksaError(
            f"Kubeconfig {origin} is not usable ({type(exc).__name__}).",
            code="kube.kubeconfig_invalid",
            hint="It needs a current-context whose cluster has a server, and readable certificates.",
        ) from exc
    return Connection(
        host=configuration.host.rstrip("/"), pool=_pool(configuration, context), configuration=configuration
    )


def _current(document: t.Mapping[str, t.Any]) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
    """Cluster and user of the current context."""
    wanted = document["current-context"]
    context = next(item["context"] for item in document["contexts"] if item["name"] == wanted)
    cluster = next(item["cluster"] for item in document["clusters"] if item["name"] == context["cluster"])
    users = {item["name"]: item.get("user") or {} for item in document.get("users") or ()}
    return cluster, users.get(context.get("user"), {})


def _without_certificates(document: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    bare: dict[str, t.Any] = copy.deepcopy(dict(document))
    for item in bare["clusters"]:
        item["cluster"].pop("certificate-authority-data", None)
        item["cluster"].pop("certificate-authority", None)
    for item in bare.get("users") or ():
        for name in ("client-certificate", "client-key"):
            (item.get("user") or {}).pop(name, None)
            (item.get("user") or {}).pop(f"{name}-data", None)
    return bare


def _tls(
    cluster: t.Mapping[str, t.Any], user: t.Mapping[str, t.Any], configuration: t.Any, *, base_dir: str
) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if cluster.get("insecure-skip-tls-verify"):
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    authority = _pem(cluster, "certificate-authority", base_dir=base_dir)
    if authority:
        context.load_verify_locations(cadata=authority.decode("ascii"))
    certificate = _pem(user, "client-certificate", base_dir=base_dir)
    key = _pem(user, "client-key", base_dir=base_dir)
    if certificate and key:
        _load_pair(context, certificate + b"\n" + key)
    elif configuration.cert_file:
        # An exec plugin handed out a certificate; the package holds it in a file of its own.
        context.load_cert_chain(configuration.cert_file, configuration.key_file)
    return context


def _pem(entry: t.Mapping[str, t.Any], name: str, *, base_dir: str) -> bytes:
    if entry.get(f"{name}-data"):
        try:
            return base64.b64decode(str(entry[f"{name}-data"]), validate=True)
        except binascii.Error as exc:
            raise ValueError(name) from exc
    if not entry.get(name):
        return b""
    return Path(base_dir, str(entry[name])).read_bytes()


def _load_pair(context: ssl.SSLContext, pem: bytes) -> None:
    """Load certificate and key, which Python's ssl takes from a path alone, out of memory where the system can."""
    if not hasattr(os, "memfd_create"):
        with tempfile.NamedTemporaryFile(prefix="eksa-") as stream:
            stream.write(pem)
            stream.flush()
            context.load_cert_chain(stream.name)
        return
    with os.fdopen(os.memfd_create("eksa-client-certificate", os.MFD_CLOEXEC), "wb") as stream:
        stream.write(pem)
        stream.flush()
        context.load_cert_chain(f"/proc/self/fd/{stream.fileno()}")


def _pool(configuration: t.Any, context: ssl.SSLContext) -> t.Any:
    options: dict[str, t.Any] = {"ssl_context": context, "maxsize": 16, "cert_reqs": context.verify_mode}
    if getattr(configuration, "tls_server_name", None):
        options["server_hostname"] = configuration.tls_server_name
        options["assert_hostname"] = configuration.tls_server_name
    if context.verify_mode == ssl.CERT_NONE:
        urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
        options["assert_hostname"] = False
    proxy = _proxy(configuration)
    return urllib3.ProxyManager(proxy, **options) if proxy else urllib3.PoolManager(**options)


def _proxy(configuration: t.Any) -> str:
    if not configuration.proxy:
        return ""
    bypass = getattr(rest, "should_bypass_proxies", None)
    if bypass and bypass(configuration.host, configuration.no_proxy or ""):
        return ""
    return str(configuration.proxy)


def _tls_failed(host: str, exc: BaseException) -> EksaError:
    """A certificate that does not fit, or one that is not valid by the clock of this machine, which may be wrong."""
    message = f"TLS with {host} failed: {_short(exc)}."
    hint = "The kubeconfig's certificates do not belong to this server; fetch a current kubeconfig."
    if getattr(_cause(exc), "verify_code", 0) in (_NOT_YET_VALID, _EXPIRED):
        message += f" The clock of this machine says {dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M:%S} UTC."
        hint = (
            "Set that clock if it is wrong. If it is right, renew the certificates on the control plane machines "
            "(kubeadm certs renew all)."
        )
    return EksaError(message, code="kube.tls", hint=hint)


def _cause(exc: BaseException) -> BaseException:
    return exc.__cause__ or exc.__context__ or exc


def _short(exc: BaseException) -> str:
    """The reason without urllib3's object addresses: ``Connection refused``, ``timed out``."""
    cause = _cause(exc)
    words = getattr(cause, "strerror", None) or str(cause)
    return words.rpartition(">: ")[2].rpartition("] ")[2] or type(exc).__name__


__all__ = ("HAS_KUBERNETES", "MINIMUM_KUBERNETES", "Connection", "from_file", "from_text")
