"""Settings come from the environment, are checked, and unsafe ones stop the start."""

from pathlib import Path

import pytest

from service import main
from service.settings import ServiceSettings, from_environment
from voc.errors import OptionError, VocError


def read(monkeypatch, tmp_path, **given):
    for name, value in {"VOC_DATA_DIR": str(tmp_path), **given}.items():
        monkeypatch.setenv(name, value)
    return from_environment()


def test_defaults_are_private_and_embedded(monkeypatch, tmp_path):
    settings = read(monkeypatch, tmp_path)
    assert (settings.public, settings.sqlite, settings.workers) == (False, True, 1)
    assert settings.url == f"sqlite:///{tmp_path}/voc.sqlite"


@pytest.mark.parametrize(
    "given, word",
    [
        ({"VOC_HOST": "0.0.0.0"}, "VOC_ALLOWED_HOSTS"),
        ({"VOC_HOST": "::"}, "VOC_ALLOWED_HOSTS"),
        ({"VOC_ALLOWED_HOSTS": '["*"]'}, "VOC_ALLOWED_HOSTS"),
        ({"VOC_ALLOWED_HOSTS": '["*.example.com"]'}, "VOC_ALLOWED_HOSTS"),
        ({"VOC_CORS_ORIGINS": '["*"]'}, "VOC_CORS_ORIGINS"),
        ({"VOC_FORWARDED_ALLOW_IPS": '["*"]'}, "VOC_FORWARDED_ALLOW_IPS"),
        ({"VOC_WORKERS": "2"}, "PostgreSQL"),
        ({"VOC_DATABASE_URL": "mysql://secret@db/x"}, "postgresql+psycopg"),
        ({"VOC_DATABASE_URL": "postgres://secret@db/x"}, "postgresql+psycopg"),
        (
            {
                "VOC_HOST": "10.1.2.3",
                "VOC_ALLOWED_HOSTS": '["a"]',
                "VOC_WEBHOOK_ALLOW_NETWORKS": '["10.0.0.0/8"]',
            },
            "WEBHOOK",
        ),
        ({"VOC_WEBHOOK_ALLOW_NETWORKS": '["everything"]'}, "VOC_WEBHOOK_ALLOW_NETWORKS"),
        ({"VOC_PORT": "eighty"}, "VOC_PORT"),
        ({"VOC_PORT": "70000"}, "VOC_PORT"),
        ({"VOC_MAX_ROWS": "0"}, "VOC_MAX_ROWS"),
        ({"VOC_DATABSE_URL": "sqlite:///x"}, "VOC_DATABASE_URL"),  # a slip of the finger
        ({"VOC_QWERTY": "1"}, "VOC_QWERTY"),
        ({"VOC_ALLOWED_HOSTS": "[broken"}, "JSON list"),
        ({"VOC_WATCH_CRON": "every day"}, "*/15 * * * *"),
        ({"VOC_TIER": "fastest"}, "cascade"),
        (
            {"VOC_WORKERS": "2", "VOC_EXECUTOR_ID": "a", "VOC_DATABASE_URL": "postgresql+psycopg://h/d"},
            "VOC_EXECUTOR_ID",
        ),
    ],
)
def test_unsafe_or_wrong_settings_stop_the_start(monkeypatch, tmp_path, given, word):
    with pytest.raises(OptionError) as caught:
        read(monkeypatch, tmp_path, **given)
    assert word in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "given", ["a.example, b.example", '["a.example", "b.example"]', "a.example,b.example,"]
)
def test_lists_are_written_as_people_write_them(monkeypatch, tmp_path, given):
    settings = read(monkeypatch, tmp_path, VOC_HOST="0.0.0.0", VOC_ALLOWED_HOSTS=given)
    assert settings.allowed_hosts == ("a.example", "b.example")


def test_a_folder_that_cannot_be_used_and_a_model_that_is_not_there_are_said(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OptionError, match="VOC_DATA_DIR"):
        main.open_database(ServiceSettings(data_dir=tmp_path / "file"))
    monkeypatch.setenv("VOC_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("VOC_TAXONOMY", str(tmp_path / "nothing.yaml"))
    with pytest.raises(VocError, match="cannot be read"):
        main.run(port=0)


def test_public_without_a_key_does_not_start(tmp_path):
    settings = ServiceSettings(data_dir=tmp_path, host="0.0.0.0", allowed_hosts=("voc.example.com",))
    with pytest.raises(OptionError, match="voc keys create"):
        main.check(settings)
    database = main.open_database(settings)
    from service import keys

    keys.create(database)
    database.close()
    main.check(settings)


def test_an_unreachable_database_is_said_without_its_password(tmp_path):
    settings = ServiceSettings(
        data_dir=tmp_path, database_url="postgresql+psycopg://voc:hunter2@127.0.0.1:9/none?connect_timeout=1"
    )
    with pytest.raises(OptionError) as caught:
        main.open_database(settings)
    assert "hunter2" not in str(caught.value) and "VOC_DATABASE_URL" in str(caught.value)
    assert "hunter2" not in repr(settings)


def test_migrations_build_what_the_tables_say(tmp_path, postgres):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from service.database import TABLES, Database, migrate
    from service.tables import Base

    for url in (f"sqlite:///{tmp_path}/m.sqlite", postgres.url()):
        migrate(url)
        migrate(url)  # again changes nothing
        database = Database(url)
        with database.engine.connect() as connection:
            context = MigrationContext.configure(connection)
            found = compare_metadata(context, Base.metadata)
            assert context.get_current_revision() == TABLES  # what a start takes for up to date
        database.close()
        assert found == []


def test_tables_of_an_older_version_are_brought_up_to_date(tmp_path):
    from alembic import command
    from alembic.config import Config

    from service import database

    url = f"sqlite:///{tmp_path}/old.sqlite"
    older = Config()
    older.set_main_option("script_location", str(Path(database.__file__).parent / "migrations"))
    older.attributes["engine"] = database._engine(url)
    command.upgrade(older, "0001")
    database.migrate(url)
    migrated = database.Database(url)
    with migrated.engine.connect() as connection:
        assert (
            connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == database.TABLES
        )
        assert connection.exec_driver_sql("SELECT count(*) FROM revisions").scalar() == 0
    migrated.close()


def test_the_unit_and_the_container_name_real_settings():
    import re

    known = {f"VOC_{name.upper()}" for name in ServiceSettings.model_fields}
    for file in (Path(main.__file__).parent / "deploy").iterdir():
        assert set(re.findall(r"VOC_[A-Z_]+", file.read_text())) <= known, file.name


def test_modules_stay_readable():
    for path in Path(main.__file__).parent.rglob("*.py"):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 300, path
