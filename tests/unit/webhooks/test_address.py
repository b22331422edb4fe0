"""No webhook goes where only we can reach."""

import pytest
from quietline.kernel.errors import InvalidInputError
from quietline.webhooks.address import allowed, check_url, is_public


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "198.18.0.1",
        "192.0.2.1",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:93.184.215.14",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:0:7f00:1::",
        "2001:db8::1",
        "not an address",
        "",
    ],
)
def test_an_address_that_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "8.8.8.8", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_an_address_that_is_public(address: str) -> None:
    assert is_public(address)


def test_one_private_address_among_a_names_refuses_them_all() -> None:
    assert allowed(["93.184.215.14", "8.8.8.8"], loopback=False) == "93.184.215.14"
    assert allowed(["93.184.215.14", "10.0.0.1"], loopback=False) is None
    assert allowed([], loopback=False) is None
    assert allowed(["127.0.0.1"], loopback=False) is None
    assert allowed(["127.0.0.1"], loopback=True) == "127.0.0.1"
    assert allowed(["127.0.0.1", "10.0.0.1"], loopback=True) is None


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("", "url_not_valid"),
        ("hooks.example.com", "url_not_valid"),
        ("https://[::1", "url_not_valid"),
        ("https://hooks.example.com:99999/", "url_not_valid"),
        ("https://hooks.example.com/a b", "url_not_valid"),
        ("https://hooks.example.com/\r\nX: y", "url_not_valid"),
        ("https://hooks.exämple.com/", "url_not_valid"),
        ("https://hooks.example.com/" + "a" * 500, "url_not_valid"),
        ("https://user@hooks.example.com/", "url_with_user"),
        ("https://user:word@hooks.example.com/", "url_with_user"),
        ("https://hooks.example.com/#part", "url_with_user"),
        ("http://hooks.example.com/", "url_not_https"),
        ("http://127.0.0.1:9000/", "url_not_https"),
        ("ftp://hooks.example.com/", "url_not_https"),
        ("file:///etc/passwd", "url_not_valid"),
        ("https://hooks.example.com:22/", "url_port"),
        ("https://127.0.0.1/", "url_host"),
        ("https://2130706433/", "url_host"),
        ("https://0x7f.0.0.1/", "url_host"),
        ("https://[::1]/", "url_host"),
        ("https://localhost/", "url_host"),
        ("https://hooks..example.com/", "url_host"),
        ("https://hooks.example.com../", "url_host"),
    ],
)
def test_an_address_that_is_not_taken(url: str, code: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        check_url(url, allow_loopback=False)

    assert [(field.pointer, field.code) for field in caught.value.fields] == [("/url", code)]


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example.com/quietline?key=1",
        "https://hooks.example.com:8443",
        "https://xn--hks-0na.example/",
        "https://hooks.example.com./",
    ],
)
def test_an_address_that_is_taken(url: str) -> None:
    check_url(url, allow_loopback=False)


def test_only_a_local_cloud_may_call_this_machine_and_nothing_else() -> None:
    check_url("http://127.0.0.1:9000/hook", allow_loopback=True)
    for url in ("http://localhost:9000/", "http://127.0.0.2/", "http://10.0.0.1/", "http://hooks.example.com/"):
        with pytest.raises(InvalidInputError):
            check_url(url, allow_loopback=True)
