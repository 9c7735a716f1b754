"""The hosts that a sandbox answers for: its own and the vendors'."""

from ipaddress import ip_address

from teiki_providers.hosts import VENDOR_HOSTS

__all__ = ["LOOPBACK", "VENDORS", "is_loopback", "name_of"]

LOOPBACK = ("localhost", "127.0.0.1", "::1")

VENDORS = tuple(host for hosts in VENDOR_HOSTS.values() for host in hosts)


def name_of(authority: str) -> str:
    """The host of ``host:port``, in lower case, without brackets."""
    if authority.startswith("["):
        return authority[1:].partition("]")[0].lower()
    return authority.partition(":")[0].lower()


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
