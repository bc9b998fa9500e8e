//! Backup and restore: one tar file with the database's rows and all files.
//!
//! ```text
//! backup.json           format and time
//! database/{table}.json the rows of a table, as JSON: the same for SQLite and PostgreSQL
//! objects/…             the files of the store
//! sha256.json           the SHA-256 of every file above, by path
//! ```
//!
//! The rows are read first, as of one moment, while the server goes on: files that they name are never changed, and those that
//! come later are orphans after a restore.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufWriter, Read, Write},
    path::Path as FilePath,
};

use anyhow::{Context, bail, ensure};
use bytes::Bytes;
use futures::StreamExt;
use object_store::{PutPayload, WriteMultipart, path::Path};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tar::{Archive, Builder, Header};

use crate::{
    db::{TABLES, Value},
    id::hex,
    state::AppState,
    storage::SHOP,
};

const FORMAT: u32 = 1;
const HEAD: &str = "backup.json";
const DIGESTS: &str = "sha256.json";
/// Folders of the store.
const FOLDERS: [&str; 4] = ["ar-storage", "originals", SHOP, "uploads"];
/// Bytes read at a time.
const PIECE_BYTES: usize = 4 << 20;

#[derive(Serialize, Deserialize)]
struct Head {
    format: u32,
    created_ms: i64,
}

/// What was written or read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// Projects.
    pub projects: usize,
    /// Files of the store.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
}

struct Writer {
    tar: Builder<BufWriter<File>>,
    digests: BTreeMap<String, String>,
}

impl Writer {
    fn add(&mut self, path: &str, bytes: &[u8]) -> anyhow::Result<()> {
        self.digests.insert(path.to_owned(), hex(&Sha256::digest(bytes)));
        self.tar.append_data(&mut header(bytes.len() as u64), path, bytes)?;
        Ok(())
    }
}

fn header(bytes: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_size(bytes);
    header.set_mode(0o600);
    header
}

/// Writes everything to a file, which must not exist.
///
/// # Errors
/// When something can't be read or written; the file is not whole then.
pub async fn write(state: &AppState, file: &FilePath) -> anyhow::Result<Contents> {
    let created = File::create_new(file).with_context(|| format!("can't make {}", file.display()))?;
    let mut writer = Writer { tar: Builder::new(BufWriter::new(created)), digests: BTreeMap::new() };
    let head = Head { format: FORMAT, created_ms: state.clock.now_ms() };
    writer.add(HEAD, &serde_json::to_vec(&head)?)?;
    let mut contents = Contents::default();
    for (table, rows) in state.db.dump().await.context("can't read the database")? {
        if table == "ar_projects" {
            contents.projects = rows.len();
        }
        writer.add(&format!("database/{table}.json"), &serde_json::to_vec(&rows)?)?;
    }
    for folder in FOLDERS {
        for meta in state.storage.list(&Path::from(folder)).await? {
            let path = format!("objects/{}", meta.location);
            // What has gone since it was listed is nothing to keep.
            let Some(bytes) = add_object(state, &mut writer, &meta.location, &path).await? else { continue };
            contents.files += 1;
            contents.bytes += bytes;
        }
    }
    let digests = serde_json::to_vec(&writer.digests)?;
    writer.tar.append_data(&mut header(digests.len() as u64), DIGESTS, &digests[..])?;
    let file = writer.tar.into_inner()?.into_inner().context("can't write the backup")?;
    file.sync_all()?;
    Ok(contents)
}

async fn add_object(state: &AppState, writer: &mut Writer, from: &Path, path: &str) -> anyhow::Result<Option<u64>> {
    let Some(stored) = state.storage.stored(from.clone()).await? else { return Ok(None) };
    if stored.bytes <= PIECE_BYTES as u64 {
        let Some(bytes) = state.storage.get(from).await? else { return Ok(None) };
        writer.add(path, &bytes)?;
        return Ok(Some(bytes.len() as u64));
    }
    let mut spool = tempfile::tempfile()?;
    let mut hasher = Sha256::new();
    let mut pieces = state.storage.read(&stored);
    while let Some(piece) = pieces.next().await {
        let piece = piece?;
        hasher.update(&piece);
        spool.write_all(&piece)?;
    }
    std::io::Seek::rewind(&mut spool)?;
    writer.digests.insert(path.to_owned(), hex(&hasher.finalize()));
    writer.tar.append_data(&mut header(stored.bytes), path, spool)?;
    Ok(Some(stored.bytes))
}

/// Puts everything of a file in place of a new installation.
///
/// # Errors
/// When there is something already, when the file is not whole, or something can't be written.
pub async fn restore(state: &AppState, file: &FilePath) -> anyhow::Result<Contents> {
    ensure!(
        state.db.is_new().await? && state.storage.folders(&Path::default()).await?.is_empty(),
        "a backup is restored to a new, empty installation only; name an empty data folder, database and store"
    );
    let opened = File::open(file).with_context(|| format!("can't open {}", file.display()))?;
    let mut archive = Archive::new(std::io::BufReader::new(opened));
    let mut contents = Contents::default();
    let mut tables: Vec<(String, Vec<Value>)> = Vec::new();
    let mut seen = BTreeMap::new();
    let mut told: Option<BTreeMap<String, String>> = None;
    for entry in archive.entries()? {
        let mut entry = entry?;
        let path = entry.path()?.to_string_lossy().into_owned();
        if path == DIGESTS {
            told = Some(serde_json::from_reader(&mut entry)?);
            continue;
        }
        let digest = if let Some(object) = path.strip_prefix("objects/") {
            let (bytes, digest) = restore_object(state, object, &mut entry).await?;
            contents.files += 1;
            contents.bytes += bytes;
            digest
        } else {
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes)?;
            if path == HEAD {
                let head: Head = serde_json::from_slice(&bytes).context("this is no backup of Kinora")?;
                ensure!(head.format == FORMAT, "this backup has format {}; this program reads {FORMAT}", head.format);
            } else if let Some(table) = path.strip_prefix("database/").and_then(|file| file.strip_suffix(".json")) {
                ensure!(TABLES.contains(&table), "the backup has a table {table}, which this program does not know");
                tables.push((table.to_owned(), serde_json::from_slice(&bytes)?));
            } else {
                bail!("the backup has a file {path}, which this program does not know");
            }
            hex(&Sha256::digest(&bytes))
        };
        seen.insert(path, digest);
    }
    let told = told.context("the backup is cut short")?;
    ensure!(told == seen, "the backup is damaged: its files are not those that were written");
    contents.projects = tables.iter().filter(|(table, _)| table == "ar_projects").map(|(_, rows)| rows.len()).sum();
    state.db.load(&tables).await.context("can't write the database")?;
    crate::janitor::tidy(state).await.map_err(|error| anyhow::anyhow!("can't settle the projects: {error:?}"))?;
    Ok(contents)
}

async fn restore_object(state: &AppState, path: &str, entry: &mut impl Read) -> anyhow::Result<(u64, String)> {
    let to = Path::parse(path).with_context(|| format!("the backup has an odd path, {path}"))?;
    let mut hasher = Sha256::new();
    let mut bytes = 0;
    let mut write: Option<WriteMultipart> = None;
    loop {
        let mut piece = Vec::new();
        entry.take(PIECE_BYTES as u64).read_to_end(&mut piece)?;
        hasher.update(&piece);
        bytes += piece.len() as u64;
        let is_last = piece.len() < PIECE_BYTES;
        match &mut write {
            None if is_last => {
                state.storage.put(&to, PutPayload::from(piece)).await?;
                break;
            }
            None => write.insert(state.storage.write(&to).await?).put(Bytes::from(piece)),
            Some(write) => {
                write.wait_for_capacity(1).await?;
                write.put(Bytes::from(piece));
            }
        }
        if is_last {
            break;
        }
    }
    if let Some(write) = write {
        write.finish().await?;
    }
    Ok((bytes, hex(&hasher.finalize())))
}
