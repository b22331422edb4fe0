"""Cognito: mailed codes that are random and have to be right."""

import secrets
from typing import Any


def mailed_codes() -> None:
    """Sign-up and password reset take the code that was mailed, and no other; the right one verifies the address.

    The emulator mails 123456 and 654321, takes any text as the code unless it checks signatures too, and leaves the
    address unverified.
    """
    from ministack.services import cognito

    send = cognito._send_verification_email

    def send_new(pool: Any, username: str, attributes: Any, code: str, attribute_name: str = "email") -> Any:
        user, _ = cognito._resolve_user(pool, username)
        if user is not None:
            code = f"{secrets.randbelow(10**6):06d}"
            user["_reset_code" if attribute_name == "password" else "_confirmation_code"] = code
        return send(pool, username, attributes, code, attribute_name)

    cognito._send_verification_email = send_new
    for action, name in (
        ("ConfirmSignUp", "_confirm_sign_up"),
        ("ConfirmForgotPassword", "_confirm_forgot_password"),
    ):
        setattr(cognito, name, _checked(cognito, action, getattr(cognito, name)))


def _checked(cognito: Any, action: str, confirm: Any) -> Any:
    def checked(data: Any) -> Any:
        refused = cognito._confirmation_code_error(action, data)
        if refused:
            return refused
        answer = confirm(data)
        pool, _ = cognito._pool_for_client(data.get("ClientId"))
        user, _ = cognito._resolve_user(pool, data.get("Username")) if pool else (None, None)
        if user and user["UserStatus"] == "CONFIRMED" and "email" in (pool.get("AutoVerifiedAttributes") or []):
            verified = [{"Name": "email_verified", "Value": "true"}]
            user["Attributes"] = cognito._merge_attributes(user["Attributes"], verified)
        return answer

    return checked


FIXES = {"cognito-mailed-codes": mailed_codes}
