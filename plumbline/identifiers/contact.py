"""Telephone numbers and mail addresses as they are kept; public service numbers are told apart from people's."""

from __future__ import annotations

import re

from plumbline.identifiers.characters import compact, stranger
from plumbline.identifiers.checked import Checked, Finding
from plumbline.law.plain import plain

MOBILE, LANDLINE, SERVICE, SHORT = "MOBILE", "LANDLINE", "SERVICE", "SHORT"

_MOBILE = re.compile(r"(?:\+86|0086|86)?(1[3-9][0-9]{9})")
_LANDLINE = re.compile(r"(010|02[0-9]|0[3-9][0-9]{2})-?([0-9]{7,8})(?:[-转]([0-9]{1,6}))?")
_SERVICE = re.compile(r"([48]00)-?([0-9]{3})-?([0-9]{4})")
_SHORT = re.compile(r"1(?:1[0249]|2[02])|1[02][0-9]{3}|9[56][0-9]{3,4}")
_MAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)

_PHONE_PROBLEM = Finding(
    "PHONE_INVALID",
    "不是手机号、带区号的固定电话或者服务号码",
    "neither a mobile, nor a landline with area code, nor a service number",
)
_MAIL_PROBLEM = Finding("MAIL_INVALID", "不是电子邮件地址", "not a mail address")


def check_phone(text: str) -> Checked:
    """The number in its normal form, with its kind; blanks, hyphens and the country code are left out."""
    number = compact(plain(text))
    if fault := stranger(number, "0123456789+-转"):
        return Checked(number, fault)
    digits = number.replace("-", "")
    if mobile := _MOBILE.fullmatch(digits):
        return Checked(mobile[1], kind=MOBILE)
    if service := _SERVICE.fullmatch(number):
        return Checked("-".join(service.groups()), kind=SERVICE)
    if landline := _LANDLINE.fullmatch(number):
        return Checked("-".join(part for part in landline.groups() if part), kind=LANDLINE)
    return Checked(number, kind=SHORT) if _SHORT.fullmatch(number) else Checked(number, _PHONE_PROBLEM)


def check_mail(text: str) -> Checked:
    """The address with its domain in small letters."""
    address = plain(text)
    if len(address) > 254 or ".." in address or not _MAIL.fullmatch(address):
        return Checked(address, _MAIL_PROBLEM)
    local, _, domain = address.rpartition("@")
    return Checked(f"{local}@{domain.lower()}")
