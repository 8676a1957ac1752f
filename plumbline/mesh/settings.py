"""Reads the settings of a process from its environment, and names everything that is wrong at once."""

from __future__ import annotations

import dataclasses
import difflib
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from marshmallow import ValidationError, fields

from plumbline.mesh.settings_catalogue import CHAPTERS, SERVICES, Catalogue, database_entry
from plumbline.mesh.settings_kinds import required

PREFIX = "PLUMBLINE_"
DATABASE = "database_url_"
_SERVICE_LINK = re.compile(r"_(SERVICE_(HOST|PORT)\w*|PORT(_\d+_\w+)?)$")


class SettingsInvalid(Exception):
    """The settings that were refused, each with its reason."""

    def __init__(self, breaches: Iterable[str]) -> None:
        self.breaches = sorted(breaches)
        count = "One setting is" if len(self.breaches) == 1 else f"{len(self.breaches)} settings are"
        super().__init__("\n  ".join([f"{count} wrong:", *self.breaches]))


@dataclass(frozen=True, kw_only=True)
class Settings(Catalogue):
    """The settings of one process; nothing changes them."""

    database_urls: Mapping[str, str] = field(default_factory=dict)

    @property
    def production(self) -> bool:
        """Is this the real thing?"""
        return self.profile == "production"

    def database_url(self, service: str) -> str:
        """The database of `service`: the one that was set, else (never in production) a file in the data folder."""
        if service in self.database_urls:
            return self.database_urls[service]
        if self.production:
            raise SettingsInvalid([f"{variable(DATABASE + service)} {required(None)}"])
        return f"sqlite:///{self.data_dir.absolute() / service}.db"

    @property
    def files_folder(self) -> Path | None:
        """The folder that files are kept in, or None where they are kept elsewhere."""
        if self.files_url is None:
            return self.data_dir / "files"
        parts = urlsplit(self.files_url)
        return Path(parts.path) if parts.scheme == "file" else None


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + name.upper().replace("-", "_")


def kinds(services: Iterable[str] = ()) -> dict[str, fields.Field]:
    """Every setting by name, with its kind; `services` are hosted besides the known ones."""
    known = {entry.name: entry.metadata["kind"] for chapter in CHAPTERS for entry in dataclasses.fields(chapter)}
    return known | {DATABASE + name: database_entry() for name in dict.fromkeys((*SERVICES, *services))}


def load(environ: Mapping[str, str] = os.environ, services: Iterable[str] = ()) -> Settings:
    """The settings in `environ`; raises SettingsInvalid with all that is wrong. `services` are those hosted here."""
    hosted = tuple(services)
    catalogue = kinds(hosted)
    breaches: list[str] = []
    texts = _texts(environ, catalogue, breaches)
    values = _values(texts, catalogue, breaches)
    if texts.get("profile") == "production":
        breaches += _refused_in_production(texts, catalogue, hosted)
        values = {n: k.metadata["in_production"] for n, k in catalogue.items() if k.metadata["in_production"]} | values
    if values.get("files_url", "").startswith("s3"):
        keys = ("files_access_key", "files_secret_key")
        breaches += [f"{variable(key)} is not set, and an S3 bucket needs it" for key in keys if key not in texts]
    if breaches:
        raise SettingsInvalid(breaches)
    databases = {n.removeprefix(DATABASE): values.pop(n) for n in list(values) if n.startswith(DATABASE)}
    return Settings(**values, database_urls=databases)


def _texts(environ: Mapping[str, str], catalogue: Mapping[str, fields.Field], breaches: list[str]) -> dict[str, str]:
    """The settings that are set, by name. An empty variable is one that is not set."""
    names = {variable(name): name for name in catalogue}
    files = {key + "_FILE": name for key, name in names.items() if catalogue[name].metadata["secret"]}
    given = {key: text for key, text in environ.items() if key.startswith(PREFIX) and text}
    texts = {names[key]: text for key, text in given.items() if key in names}
    for key in given.keys() - names.keys() - files.keys():
        breaches.append(f"{key} is not a setting{_hint(key, [*names, *files])}")
    for key in given.keys() & files.keys():
        if files[key] in texts:
            breaches.append(f"{key} is set, and so is {variable(files[key])}")
        else:
            _read_secret(key, given[key], files[key], texts, breaches)
    return texts


def _read_secret(key: str, path: str, name: str, texts: dict[str, str], breaches: list[str]) -> None:
    try:
        text = Path(path).read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        breaches.append(f"{key}: the file cannot be read ({type(error).__name__})")
        return
    if text:
        texts[name] = text
    else:
        breaches.append(f"{key}: the file is empty")


def _hint(key: str, names: Iterable[str]) -> str:
    if _SERVICE_LINK.search(key):
        return " (Kubernetes sets such names by itself unless the pod says enableServiceLinks: false)"
    near = difflib.get_close_matches(key, names, n=1, cutoff=0.8)
    return f" (is {near[0]} meant?)" if near else ""


def _values(texts: Mapping[str, str], catalogue: Mapping[str, fields.Field], breaches: list[str]) -> dict[str, Any]:
    values = {}
    for name, text in texts.items():
        try:
            values[name] = catalogue[name].deserialize(text)
        except ValidationError as error:
            breaches.append(f"{variable(name)} {'; '.join(map(str, error.messages))}")
    return values


def _refused_in_production(
    texts: Mapping[str, str], catalogue: Mapping[str, fields.Field], hosted: Iterable[str]
) -> list[str]:
    asked = {DATABASE + service for service in hosted}
    rules = {n: k.metadata["production"] for n, k in catalogue.items() if not n.startswith(DATABASE) or n in asked}
    if texts.get("traces_exporter") == "otlp":
        rules["otlp_endpoint"] = required
    verdicts = {name: rule(texts.get(name)) for name, rule in rules.items() if rule}
    return [f"{variable(name)} {verdict}" for name, verdict in verdicts.items() if verdict]


def effective(settings: Settings) -> dict[str, str]:
    """Every setting as it counts, by variable, with what is secret masked."""
    values = {name: getattr(settings, name, None) for name in kinds()}
    values |= {DATABASE + service: url for service, url in settings.database_urls.items()}
    if not settings.production:
        values |= {DATABASE + service: settings.database_url(service) for service in SERVICES}
    secret = {name for name, kind in kinds(settings.database_urls).items() if kind.metadata["secret"]}
    shown = {
        name: masked(str(value)) if name in secret else str(value)
        for name, value in values.items()
        if value is not None
    }
    return {variable(name): shown.get(name, "") for name in values}


def masked(secret: str) -> str:
    """A secret as it may be shown: of an address all but its password and query, of a key nothing."""
    scheme, mark, rest = secret.partition("://")
    if not mark:
        return "***"
    login, at, place = rest.rpartition("@")
    if ":" in login:
        login = login.split(":", 1)[0] + ":***"
    path, question, _ = place.partition("?")
    return f"{scheme}://{login}{at}{path}" + ("?***" if question else "")
