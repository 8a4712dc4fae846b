"""The tables of a library's SQLite file, and how one of an older version gets those of this.

Everything hangs on its file: deleting a file's row deletes its documents, and these their passages, sentences, dates
and fingerprints. `unindexed` and the full text follow by triggers, so that no write can forget them.
"""

VERSION = 7

# Exclusive: the folder's lock lets in one process only, and without the memory shared between processes
# a library can still be opened and read on a full disk.
CONNECT = """
    PRAGMA busy_timeout = 5000;
    PRAGMA locking_mode = EXCLUSIVE;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;
"""
# What version 2 added. No vector is lost.
_SINCE_2 = """
    CREATE TABLE events (
        passage INTEGER NOT NULL REFERENCES passages(number) ON DELETE CASCADE,
        first TEXT NOT NULL, last TEXT NOT NULL, PRIMARY KEY (passage, first, last)
    ) WITHOUT ROWID;
    CREATE TABLE fingerprints (
        hash INTEGER NOT NULL, document INTEGER NOT NULL REFERENCES documents(number) ON DELETE CASCADE,
        PRIMARY KEY (hash, document)
    ) WITHOUT ROWID;
    CREATE INDEX fingerprints_of_document ON fingerprints(document);
    CREATE INDEX documents_by_publisher ON documents(publisher COLLATE NOCASE);
"""
# Versions 3 to 7 know more mastheads and dates, 4 more languages too: what every file says of itself is read again.
_AGAIN = f"UPDATE files SET digest = 'of an older version'; PRAGMA user_version = {VERSION};"
TABLES = f"""
    BEGIN;
    CREATE TABLE notes (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE files (path TEXT PRIMARY KEY, digest TEXT NOT NULL, size INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE problems (
        path TEXT NOT NULL REFERENCES files(path) ON DELETE CASCADE,
        reason TEXT NOT NULL, duplicate INTEGER NOT NULL
    );
    CREATE INDEX problems_of_file ON problems(path);
    CREATE TABLE documents (
        number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
        path TEXT NOT NULL REFERENCES files(path) ON DELETE CASCADE,
        text TEXT NOT NULL, title TEXT NOT NULL, publisher TEXT NOT NULL, published TEXT NOT NULL,
        precision TEXT NOT NULL, derived INTEGER NOT NULL, language TEXT NOT NULL, url TEXT NOT NULL,
        digest TEXT NOT NULL
    );
    CREATE INDEX documents_of_file ON documents(path);
    CREATE TABLE passages (
        number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
        document INTEGER NOT NULL REFERENCES documents(number) ON DELETE CASCADE,
        ordinal INTEGER NOT NULL, text TEXT NOT NULL, content TEXT NOT NULL
    );
    CREATE INDEX passages_of_document ON passages(document, ordinal);
    CREATE INDEX passages_with_content ON passages(content);
    CREATE TABLE sentences (
        document INTEGER NOT NULL REFERENCES documents(number) ON DELETE CASCADE,
        ordinal INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
        boilerplate INTEGER NOT NULL, passage INTEGER, PRIMARY KEY (document, ordinal)
    ) WITHOUT ROWID;
    CREATE TABLE vectors (
        content TEXT NOT NULL, fingerprint TEXT NOT NULL, vector BLOB NOT NULL,
        PRIMARY KEY (content, fingerprint)
    );
    CREATE TABLE unindexed (id TEXT PRIMARY KEY) WITHOUT ROWID;
    CREATE VIRTUAL TABLE fulltext USING fts5(title, text, tokenize = 'unicode61 remove_diacritics 2');
    CREATE TRIGGER passage_added AFTER INSERT ON passages BEGIN
        INSERT INTO fulltext(rowid, title, text)
            SELECT new.number, title, new.text FROM documents WHERE number = new.document;
        INSERT OR IGNORE INTO unindexed VALUES (new.id);
    END;
    CREATE TRIGGER passage_removed AFTER DELETE ON passages BEGIN
        DELETE FROM fulltext WHERE rowid = old.number;
        INSERT OR IGNORE INTO unindexed VALUES (old.id);
    END;
    {_SINCE_2}
    {_AGAIN}
    COMMIT;
"""
# By the version that a file has.
MIGRATIONS = {1: f"BEGIN; {_SINCE_2} {_AGAIN} COMMIT;", **dict.fromkeys(range(2, VERSION), f"BEGIN; {_AGAIN} COMMIT;")}
