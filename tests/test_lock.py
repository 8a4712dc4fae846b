"""One process at a time on a data folder."""

import os
import signal
import subprocess
import sys

import pytest

from rag.errors import LibraryError
from rag.lock import FolderLock

HOLD = """
import sys, time
from pathlib import Path
from rag.lock import FolderLock
sys.argv = ["/usr/bin/tanya", "chat"]
lock = FolderLock(Path({folder!r}))
lock.acquire()
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path):
    command = [sys.executable, "-c", HOLD.format(folder=str(tmp_path))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_second_process_is_told_who_holds_the_library(tmp_path, holder):
    with pytest.raises(LibraryError, match=rf"process {holder.pid} \(tanya chat, since \d\d:\d\d\)\. Close it"):
        FolderLock(tmp_path).acquire()


def test_being_refused_does_not_take_the_lock_away_from_its_holder(tmp_path, holder):
    for _ in range(2):
        with pytest.raises(LibraryError, match=str(holder.pid)):
            FolderLock(tmp_path).acquire()


def test_a_killed_holder_blocks_nobody(tmp_path, holder):
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    with FolderLock(tmp_path):
        assert (tmp_path / "lock.json").exists()


def test_a_second_library_in_the_same_program_is_told_so(tmp_path):
    with FolderLock(tmp_path), pytest.raises(LibraryError, match="already open in this program"):
        FolderLock(tmp_path).acquire()


def test_it_can_be_taken_again_after_release(tmp_path):
    with FolderLock(tmp_path):
        pass
    with FolderLock(tmp_path):
        pass


def test_the_holder_is_named_without_the_question_that_was_asked(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["tanya", "who knew about the secret?"])
    with FolderLock(tmp_path):
        assert "secret" not in (tmp_path / "lock.json").read_text()


def test_the_data_folder_is_made_for_its_owner_only(tmp_path):
    with FolderLock(tmp_path / "deep" / "data") as lock:
        assert lock.folder.stat().st_mode & 0o077 == 0


def test_a_folder_that_cannot_be_made_is_an_error_with_a_way_out(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(LibraryError, match="another --data folder"):
        FolderLock(tmp_path / "file" / "data").acquire()
