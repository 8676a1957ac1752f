"""Settings: typed, from the environment, and everything wrong is named at once."""

from pathlib import Path

import pytest

from plumbline.mesh.settings import SettingsInvalid, effective, kinds, load, masked, variable

PRODUCTION = {
    "PLUMBLINE_PROFILE": "production",
    "PLUMBLINE_BROKER_URL": "amqps://subjects:pw@broker/city",
    "PLUMBLINE_FILES_URL": "file:///srv/files",
}
DATABASE = {"PLUMBLINE_DATABASE_URL_SUBJECTS": "postgresql://subjects:pw@db/subjects"}


def refused(environ: dict[str, str], *services: str) -> list[str]:
    with pytest.raises(SettingsInvalid) as caught:
        load(environ, services)
    return caught.value.breaches


def test_without_any_variable_everything_has_a_default() -> None:
    settings = load({})
    assert settings.profile == "development"
    assert settings.broker_url == "inproc://"
    assert settings.max_workers == 10
    assert settings.files_folder == Path("var/files")


def test_values_have_the_type_of_their_entry() -> None:
    settings = load({"PLUMBLINE_MAX_WORKERS": "3", "PLUMBLINE_RPC_TIMEOUT_S": "0.5", "PLUMBLINE_DATA_DIR": "/srv/x"})
    assert (settings.max_workers, settings.rpc_timeout_s, settings.data_dir) == (3, 0.5, Path("/srv/x"))


def test_nothing_changes_settings_afterwards() -> None:
    with pytest.raises(AttributeError):
        load({}).max_workers = 5  # type: ignore[misc]


def test_an_unknown_name_is_refused_with_the_name_that_may_be_meant() -> None:
    assert refused({"PLUMBLINE_MAX_WORKER": "3"}) == [
        "PLUMBLINE_MAX_WORKER is not a setting (is PLUMBLINE_MAX_WORKERS meant?)"
    ]


def test_names_of_others_are_ignored() -> None:
    assert load({"PATH": "/bin", "PLUMB": "x"}) == load({})


def test_a_name_that_kubernetes_made_is_refused_with_the_cure() -> None:
    [breach] = refused({"PLUMBLINE_GATEWAY_SERVICE_HOST": "10.0.0.1"})
    assert "enableServiceLinks: false" in breach


def test_an_empty_variable_counts_as_not_set() -> None:
    assert load({"PLUMBLINE_MAX_WORKERS": ""}).max_workers == 10


def test_everything_wrong_is_named_at_once() -> None:
    breaches = refused(
        {
            "PLUMBLINE_MAX_WORKERS": "many",
            "PLUMBLINE_HTTP_PORT": "70000",
            "PLUMBLINE_RPC_TIMEOUT_S": "nan",
            "PLUMBLINE_LOG_FORMAT": "xml",
            "PLUMBLINE_BROKER_URL": "broker",
            "PLUMBLINE_NOTHING": "1",
        }
    )
    assert [breach.split()[0] for breach in breaches] == [
        "PLUMBLINE_BROKER_URL",
        "PLUMBLINE_HTTP_PORT",
        "PLUMBLINE_LOG_FORMAT",
        "PLUMBLINE_MAX_WORKERS",
        "PLUMBLINE_NOTHING",
        "PLUMBLINE_RPC_TIMEOUT_S",
    ]


@pytest.mark.parametrize("url", ["mysql://db/x", "postgresql+psycopg://db/x", "sqlite://", "db", "http://["])
def test_a_database_that_would_hold_up_the_process_is_refused(url: str) -> None:
    assert refused({"PLUMBLINE_DATABASE_URL_SUBJECTS": url})


def test_postgresql_is_always_reached_through_the_driver_that_yields() -> None:
    settings = load(DATABASE)
    assert settings.database_url("subjects") == "postgresql+psycopg2://subjects:pw@db/subjects"


def test_a_service_has_a_file_of_its_own_by_default(tmp_path: Path) -> None:
    settings = load({"PLUMBLINE_DATA_DIR": str(tmp_path)})
    assert settings.database_url("cases") == f"sqlite:///{tmp_path}/cases.db"


def test_a_hosted_service_may_have_a_database_even_if_the_catalogue_does_not_know_it() -> None:
    environ = {"PLUMBLINE_DATABASE_URL_NEW_ONE": "sqlite:////srv/new.db"}
    assert load(environ, ["new-one"]).database_url("new-one") == "sqlite:////srv/new.db"
    assert refused(environ)


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "broker"
    secret.write_text("amqp://a:b@c/d\n")
    assert load({"PLUMBLINE_BROKER_URL_FILE": str(secret)}).broker_url == "amqp://a:b@c/d"


def test_a_secret_from_two_places_or_from_a_missing_or_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n")
    assert refused({"PLUMBLINE_BROKER_URL_FILE": str(tmp_path / "none")})
    assert refused({"PLUMBLINE_BROKER_URL_FILE": str(tmp_path / "empty")})
    assert refused({"PLUMBLINE_BROKER_URL_FILE": str(tmp_path / "x"), "PLUMBLINE_BROKER_URL": "inproc://"})


def test_only_secrets_come_from_files(tmp_path: Path) -> None:
    assert refused({"PLUMBLINE_MAX_WORKERS_FILE": str(tmp_path / "x")})


def test_an_error_never_shows_a_value() -> None:
    text = str(refused({"PLUMBLINE_BROKER_URL": "ftp://u:hush@h", "PLUMBLINE_DATABASE_URL_CASES": "hush"}))
    assert "hush" not in text


def test_production_has_no_default_for_addresses() -> None:
    breaches = refused({"PLUMBLINE_PROFILE": "production"}, "subjects")
    assert [breach.split()[0] for breach in breaches] == [
        "PLUMBLINE_BROKER_URL",
        "PLUMBLINE_DATABASE_URL_SUBJECTS",
        "PLUMBLINE_FILES_URL",
    ]


def test_production_asks_for_the_databases_of_the_services_it_hosts_and_no_others() -> None:
    settings = load(PRODUCTION | DATABASE, ["subjects"])
    assert settings.stop_announce_s == 5.0
    with pytest.raises(SettingsInvalid):
        settings.database_url("cases")


@pytest.mark.parametrize(
    "change",
    [
        {"PLUMBLINE_BROKER_URL": "amqp://guest:guest@broker/"},
        {"PLUMBLINE_BROKER_URL": "amqp://broker/"},
        {"PLUMBLINE_BROKER_URL": "inproc://"},
        {"PLUMBLINE_CLOCK": "movable"},
        {"PLUMBLINE_TRACES_EXPORTER": "otlp"},
    ],
)
def test_production_refuses_what_is_unsafe(change: dict[str, str]) -> None:
    load(PRODUCTION | DATABASE, ["subjects"])
    assert len(refused(PRODUCTION | DATABASE | change, "subjects")) == 1


def test_a_bucket_needs_its_keys() -> None:
    environ = {"PLUMBLINE_FILES_URL": "s3://store:9000/files"}
    assert len(refused(environ)) == 2
    keys = {"PLUMBLINE_FILES_ACCESS_KEY": "a", "PLUMBLINE_FILES_SECRET_KEY": "b"}
    assert load(environ | keys).files_folder is None


def test_what_counts_is_shown_without_secrets() -> None:
    shown = effective(load(PRODUCTION | DATABASE | {"PLUMBLINE_FILES_SECRET_KEY": "hush"}))
    assert shown["PLUMBLINE_BROKER_URL"] == "amqps://subjects:***@broker/city"
    assert shown["PLUMBLINE_FILES_SECRET_KEY"] == "***"
    assert shown["PLUMBLINE_STOP_ANNOUNCE_S"] == "5.0"
    assert not [value for value in shown.values() if "pw" in value or "hush" in value]


@pytest.mark.parametrize(
    ("secret", "shown"),
    [
        ("amqp://u:p/w@x?@host/v", "amqp://u:***@host/v"),
        ("postgresql://u@h:1/d?password=x", "postgresql://u@h:1/d?***"),
        ("sqlite:////srv/x.db", "sqlite:////srv/x.db"),
        ("k3y", "***"),
    ],
)
def test_masking_leaves_the_place_and_takes_the_password(secret: str, shown: str) -> None:
    assert masked(secret) == shown


def test_every_setting_says_what_it_is_for() -> None:
    assert [variable(name) for name, kind in kinds().items() if not kind.metadata["doc"].endswith(".")] == []
