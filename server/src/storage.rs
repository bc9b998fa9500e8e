//! All files, in an object store: a local folder, or one that speaks S3.
//!
//! ```text
//! uploads/{id}/open                    files may be sent
//! uploads/{id}/{name}/length-{bytes}   a file is announced; private
//! uploads/{id}/{name}/{offset}         its parts
//! originals/{id}/v{n}/photo-{k}        photos as they were sent, to compile them again; private
//! ar-storage/{id}/v{n}/…               a published version; never changed
//! ar-storage/{id}/v{n}/manifest-{e}.json  how its videos lie and play since edit e
//! ar-storage/{id}/index.html           names the version and manifest that are shown; replaced as a whole
//! ar-storage/{id}/gone                 the tombstone of an expired or removed project, and why it is gone
//! ar-storage/{id}/pending              a project that is not published yet
//! ```

use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
    ops::Range,
    path::{Path as FilePath, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use anyhow::{Context, bail};
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream::BoxStream};
use object_store::{
    BackoffConfig, ClientOptions, Error, GetOptions, GetResultPayload, ObjectMeta, ObjectStore, ObjectStoreExt,
    PutPayload, Result, RetryConfig, WriteMultipart, aws::AmazonS3Builder, local::LocalFileSystem, path::Path,
    prefix::PrefixStore,
};
use sha2::{Digest, Sha256};
use tokio::task::spawn_blocking;

use crate::{config::Config, id::hex};

/// The folder of products' pictures.
pub const SHOP: &str = "shop";
/// The mark that files may be sent.
const OPEN: &str = "open";
/// What the name of an announcement begins with; the file's length follows.
const LENGTH: &str = "length-";
/// Parts of a multipart write under way at a time.
const WRITES_AT_A_TIME: usize = 2;
/// Bytes of a stored file that are read at a time.
const READ_BYTES: u64 = 4 << 20;
/// Bytes of a published file that are read from a folder at a time.
const SERVE_BYTES: u64 = 256 << 10;
/// How long a store may be silent, and how long it is tried again.
const STORE_TIMEOUT: Duration = Duration::from_secs(30);
const STORE_RETRIES: usize = 4;

/// Where all files are.
pub struct Storage {
    store: Arc<dyn ObjectStore>,
    /// The folder, where it is one.
    folder: Option<PathBuf>,
}

/// A file in the store, in one part or several.
#[derive(Clone, Debug)]
pub struct StoredFile {
    /// Each with where it begins and ends in the file, without gaps.
    parts: Vec<(Range<u64>, Path)>,
    /// Its size.
    pub bytes: u64,
}

/// A file that arrives, or has.
#[derive(Clone, Debug)]
pub struct Upload {
    /// What is there, without gaps.
    pub file: StoredFile,
    /// How long it is to be.
    pub length: u64,
}

impl Upload {
    /// Whether all has arrived.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.file.bytes == self.length
    }
}

/// A published file, ready to be read.
pub struct Opened {
    /// What is known of it.
    pub meta: ObjectMeta,
    /// The file itself, from a folder.
    file: Option<File>,
}

impl Storage {
    /// As the operator chose.
    ///
    /// # Errors
    /// When the folder can't be made or the URL is none of a store.
    pub fn open(config: &Config) -> anyhow::Result<Self> {
        match &config.storage {
            None => Self::local(&config.data.join("objects")),
            Some(url) if url.scheme() == "s3" => {
                let retry = RetryConfig {
                    backoff: BackoffConfig::default(),
                    max_retries: STORE_RETRIES,
                    retry_timeout: STORE_TIMEOUT,
                };
                let builder = AmazonS3Builder::from_env().with_url(url.as_str()).with_retry(retry);
                let allows_http = std::env::var("AWS_ALLOW_HTTP").is_ok_and(|allowed| allowed == "true");
                let client = ClientOptions::new().with_allow_http(allows_http).with_timeout(STORE_TIMEOUT);
                let store = builder.with_client_options(client).build().context("can't use the object store")?;
                let prefix = Path::from_url_path(url.path()).context("the object store's prefix is no path")?;
                Ok(Self::with_store(Arc::new(PrefixStore::new(store, prefix))))
            }
            Some(url) => bail!("an object store is named like s3://bucket/prefix, not {}://…", url.scheme()),
        }
    }

    /// In a local folder, made when missing.
    ///
    /// # Errors
    /// When the folder can't be made.
    pub fn local(folder: &FilePath) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder).with_context(|| format!("can't make the folder {}", folder.display()))?;
        let store = LocalFileSystem::new_with_prefix(folder)?.with_automatic_cleanup(true).with_fsync(true);
        Ok(Self { store: Arc::new(store), folder: Some(folder.to_owned()) })
    }

    /// In any store.
    #[must_use]
    pub fn with_store(store: Arc<dyn ObjectStore>) -> Self {
        Self { store, folder: None }
    }

    /// Whether it is a folder, not a store of another kind.
    #[must_use]
    pub fn is_folder(&self) -> bool {
        self.folder.is_some()
    }

    /// What has arrived of a file, `None` when it is not announced.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn upload(&self, id: &str, name: &str) -> Result<Option<Upload>> {
        let folder = upload_folder(id, name);
        let mut found: Vec<ObjectMeta> = self.store.list(Some(&folder)).try_collect().await?;
        found.sort_by(|a, b| a.location.cmp(&b.location));
        let lengths: Vec<u64> = found.iter().filter_map(announced).collect();
        // Two announcements at once: neither counts, and the client begins anew.
        let [length] = lengths[..] else { return Ok(None) };
        let mut file = StoredFile { parts: Vec::new(), bytes: 0 };
        for meta in found {
            if meta.location.filename().and_then(|name| name.parse().ok()) == Some(file.bytes) {
                let end = file.bytes + meta.size;
                file.parts.push((file.bytes..end, meta.location));
                file.bytes = end;
            }
        }
        Ok(Some(Upload { file, length }))
    }

    /// Announces a file of a length; whatever was there under its name is forgotten.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn begin_upload(&self, id: &str, name: &str, length: u64) -> Result<()> {
        self.delete_upload(id, name).await?;
        self.put(&upload_folder(id, name).join(format!("{LENGTH}{length}")), PutPayload::new()).await
    }

    /// Says anew how long a file is.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn announce_again(&self, id: &str, name: &str, length: u64) -> Result<()> {
        let folder = upload_folder(id, name);
        let before = self.list(&folder).await?;
        let now = folder.join(format!("{LENGTH}{length}"));
        self.put(&now, PutPayload::new()).await?;
        for meta in before.iter().filter(|meta| announced(meta).is_some() && meta.location != now) {
            self.delete(&meta.location).await?;
        }
        Ok(())
    }

    /// Adds a part to a file.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn append(&self, id: &str, name: &str, offset: u64, bytes: Bytes) -> Result<()> {
        // A hundred gigabytes' worth of digits, so that names sort as numbers do.
        self.put(&upload_folder(id, name).join(format!("{offset:011}")), bytes).await
    }

    /// Forgets a file that arrived.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn delete_upload(&self, id: &str, name: &str) -> Result<()> {
        self.delete_below(&upload_folder(id, name)).await
    }

    /// Forgets all files that arrived for a project; an open one stays open.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn delete_uploads(&self, id: &str) -> Result<()> {
        for meta in self.list(&uploads(id)).await? {
            if meta.location.filename() != Some(OPEN) {
                self.delete(&meta.location).await?;
            }
        }
        Ok(())
    }

    /// Bytes announced for a project's files but this one.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn announced_bytes(&self, id: &str, but: &str) -> Result<u64> {
        let but = upload_folder(id, but);
        let others = self.list(&uploads(id)).await?;
        Ok(others.iter().filter(|meta| !meta.location.prefix_matches(&but)).filter_map(announced).sum())
    }

    /// Whether files may be sent.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn is_open(&self, id: &str) -> Result<bool> {
        Ok(self.head(&uploads(id).join(OPEN)).await?.is_some())
    }

    /// Says whether files may be sent.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn set_open(&self, id: &str, is_open: bool) -> Result<()> {
        let mark = uploads(id).join(OPEN);
        if is_open { self.put(&mark, PutPayload::new()).await } else { self.delete(&mark).await }
    }

    /// A range of a file; the range is within it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn read_range(&self, file: &StoredFile, range: Range<u64>) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        for (part, path) in &file.parts {
            let (start, end) = (range.start.max(part.start), range.end.min(part.end));
            if start < end {
                bytes.extend_from_slice(&self.store.get_range(path, start - part.start..end - part.start).await?);
            }
        }
        Ok(bytes)
    }

    /// A whole file, a few megabytes at a time.
    pub fn read<'a>(&'a self, file: &'a StoredFile) -> BoxStream<'a, Result<Bytes>> {
        let pieces = file.parts.iter().flat_map(|(part, path)| {
            let size = part.end - part.start;
            let starts = (0..size).step_by(usize::try_from(READ_BYTES).unwrap_or(usize::MAX));
            starts.map(move |start| (path, start..(start + READ_BYTES).min(size)))
        });
        futures::stream::iter(pieces).then(|(path, range)| self.store.get_range(path, range)).boxed()
    }

    /// Copies a file, never holding more than a few parts in memory, and gives the SHA-256 of what was copied.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn copy(&self, file: &StoredFile, to: &Path) -> Result<String> {
        let mut write = self.write(to).await?;
        let mut pieces = self.read(file);
        let mut hasher = Sha256::new();
        while let Some(piece) = pieces.next().await {
            let piece = piece?;
            hasher.update(&piece);
            write.wait_for_capacity(WRITES_AT_A_TIME).await?;
            write.put(piece);
        }
        write.finish().await?;
        Ok(hex(&hasher.finalize()))
    }

    /// Begins to write a large file; it is there when the write is finished.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn write(&self, to: &Path) -> Result<WriteMultipart> {
        Ok(WriteMultipart::new(self.store.put_multipart(to).await?))
    }

    /// A stored object as a file; `None` where there is none.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn stored(&self, path: Path) -> Result<Option<StoredFile>> {
        let meta = self.head(&path).await?;
        Ok(meta.map(|meta| StoredFile { parts: vec![(0..meta.size, path)], bytes: meta.size }))
    }

    /// Writes a file whole or not at all.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn put(&self, path: &Path, bytes: impl Into<PutPayload>) -> Result<()> {
        self.store.put(path, bytes.into()).await.map(drop)
    }

    /// A whole file; `None` where there is none.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn get(&self, path: &Path) -> Result<Option<Bytes>> {
        match self.store.get(path).await {
            Ok(file) => file.bytes().await.map(Some),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What is known of a file; `None` where there is none.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn head(&self, path: &Path) -> Result<Option<ObjectMeta>> {
        match self.store.head(path).await {
            Ok(meta) => Ok(Some(meta)),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A file to be served; `None` where there is none.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn open_file(&self, path: &Path) -> Result<Option<Opened>> {
        if self.folder.is_none() {
            return Ok(self.head(path).await?.map(|meta| Opened { meta, file: None }));
        }
        let found = match self.store.get_opts(path, GetOptions::default()).await {
            Ok(found) => found,
            Err(Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let meta = found.meta.clone();
        let file = match found.payload {
            GetResultPayload::File(file, _) => Some(file),
            GetResultPayload::Stream(_) => None,
        };
        Ok(Some(Opened { meta, file }))
    }

    /// A range of a file to be served, as it is read.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn stream(
        &self,
        opened: Opened,
        range: Range<u64>,
    ) -> anyhow::Result<BoxStream<'static, anyhow::Result<Bytes>>> {
        let Opened { meta, file } = opened;
        let length = range.end - range.start;
        match file {
            None if length == 0 => Ok(futures::stream::empty().boxed()),
            None => {
                let options = GetOptions { range: Some(range.into()), ..GetOptions::default() };
                let found = self.store.get_opts(&meta.location, options).await?;
                Ok(found.into_stream().map_err(Into::into).boxed())
            }
            Some(file) => {
                let file = Arc::new(file);
                // The first piece before the head of the answer: what can't be read is an error that can be told.
                let first = read_piece(&file, range.clone()).await?;
                let read = range.start + first.len() as u64;
                let rest = futures::stream::try_unfold((file, read), move |(file, read)| async move {
                    if read >= range.end {
                        return Ok(None);
                    }
                    let piece = read_piece(&file, read..range.end).await?;
                    let read = read + piece.len() as u64;
                    Ok(Some((piece, (file, read))))
                });
                Ok(futures::stream::iter([Ok(first)]).chain(rest).boxed())
            }
        }
    }

    /// Everything below a folder.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn list(&self, folder: &Path) -> Result<Vec<ObjectMeta>> {
        self.store.list(Some(folder)).try_collect().await
    }

    /// The names of the folders in a folder.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn folders(&self, folder: &Path) -> Result<Vec<String>> {
        let found = self.store.list_with_delimiter(Some(folder)).await?.common_prefixes;
        Ok(found.iter().filter_map(|folder| folder.filename().map(str::to_owned)).collect())
    }

    /// Deletes a file; there being none is fine.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn delete(&self, path: &Path) -> Result<()> {
        match self.store.delete(path).await {
            Err(Error::NotFound { .. }) => Ok(()),
            other => other,
        }
    }

    /// Deletes everything below a folder.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn delete_below(&self, folder: &Path) -> Result<()> {
        for meta in self.list(folder).await? {
            self.delete(&meta.location).await?;
        }
        Ok(())
    }

    /// Writes that were cut off in a local folder, untouched for so long: the store keeps them beside their place under names
    /// that it does not list.
    ///
    /// # Errors
    /// When the folder can't be read.
    pub async fn cut_off(&self, untouched: Duration) -> anyhow::Result<Vec<PathBuf>> {
        let Some(folder) = self.folder.clone() else { return Ok(Vec::new()) };
        spawn_blocking(move || {
            let mut found = Vec::new();
            let mut folders = vec![folder];
            while let Some(folder) = folders.pop() {
                // A folder that has just gone holds nothing.
                let Ok(entries) = std::fs::read_dir(&folder) else { continue };
                for entry in entries {
                    let entry = entry?;
                    let Ok(metadata) = entry.metadata() else { continue };
                    if metadata.is_dir() {
                        folders.push(entry.path());
                    } else if entry.file_name().to_string_lossy().contains('#')
                        && metadata.modified().is_ok_and(|modified| is_older(modified, untouched))
                    {
                        found.push(entry.path());
                    }
                }
            }
            Ok(found)
        })
        .await?
    }
}

/// The beginning of a range of a file, read by a thread that may wait for a disk.
async fn read_piece(file: &Arc<File>, range: Range<u64>) -> anyhow::Result<Bytes> {
    let file = Arc::clone(file);
    let read = spawn_blocking(move || {
        let length = SERVE_BYTES.min(range.end - range.start);
        let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
        let mut file = &*file;
        file.seek(SeekFrom::Start(range.start))?;
        file.take(length).read_to_end(&mut bytes)?;
        std::io::Result::Ok(bytes)
    });
    let bytes = read.await??;
    anyhow::ensure!(!bytes.is_empty() || range.is_empty(), "a published file has become shorter");
    Ok(bytes.into())
}

fn is_older(modified: SystemTime, age: Duration) -> bool {
    SystemTime::now().duration_since(modified).is_ok_and(|since| since >= age)
}

fn announced(meta: &ObjectMeta) -> Option<u64> {
    meta.location.filename()?.strip_prefix(LENGTH)?.parse().ok()
}

/// The folder of what arrives for a project.
#[must_use]
pub fn uploads(id: &str) -> Path {
    Path::from_iter(["uploads", id])
}

fn upload_folder(id: &str, name: &str) -> Path {
    Path::from_iter(["uploads", id, name])
}

/// A published file of a project, or with an empty name their folder.
#[must_use]
pub fn published(id: &str, file: &str) -> Path {
    Path::from_iter(["ar-storage", id].into_iter().chain(file.split('/')).filter(|part| !part.is_empty()))
}

/// A file of a published version, or with an empty name its folder.
#[must_use]
pub fn versioned(id: &str, version: i64, file: &str) -> Path {
    Path::from_iter(["ar-storage", id, &format!("v{version}"), file].into_iter().filter(|part| !part.is_empty()))
}

/// A picture of a product.
#[must_use]
pub fn shop_picture(id: &str) -> Path {
    Path::from_iter([SHOP, &format!("{id}.jpg")])
}

/// The folder of a project's photos as they were sent.
#[must_use]
pub fn originals(id: &str) -> Path {
    Path::from_iter(["originals", id])
}

/// A photo as it was sent, or with an empty name the folder of a version's photos.
#[must_use]
pub fn original(id: &str, version: i64, name: &str) -> Path {
    Path::from_iter(["originals", id, &format!("v{version}"), name].into_iter().filter(|part| !part.is_empty()))
}
