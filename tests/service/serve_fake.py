"""Serves the app with fake models in a process of its own: to be killed, stopped and overloaded.

python serve_fake.py PORT DATA_DIR SECONDS_PER_TEXT [NAME=VALUE ...settings]
"""

import json
import sys
from pathlib import Path

import uvicorn

sys.path.insert(0, str(Path(__file__).parent))
from fakes import FakeModels

from service import logs
from service.app import create_app
from service.main import server_options
from service.settings import ServiceSettings

if __name__ == "__main__":
    port, folder, pace, *more = sys.argv[1:]
    given = {name: json.loads(value) for name, _, value in (one.partition("=") for one in more)}
    options = {"min_free_bytes": 0, "chunk_rows": 10, "microbatch": 10, **given}
    settings = ServiceSettings(port=int(port), data_dir=Path(folder), **options)
    logs.configure("INFO")
    app = create_app(settings, FakeModels(seconds_per_text=float(pace)))
    uvicorn.run(app, **{**server_options(settings), "timeout_graceful_shutdown": 10})
