//! All files, in an object store.
//!
//! ```text
//! uploads/{id}/{name}/{offset}         parts of a file that arrives; private
//! uploads/{id}/{name}/complete         says that no part will follow
//! originals/{id}/photo-{n}             photos as they were sent, to compile them again; private
//! ar-storage/{id}/pending              a project that is not published yet
//! ar-storage/{id}/v1/…                 what is published
//! ar-storage/{id}/index.html           names the version; written last, it makes the album visible at once
//! ar-storage/{id}/gone.html            the tombstone of a removed project
//! ```

use std::{ops::Range, path::Path as FilePath, sync::Arc};

use anyhow::Context;
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream::BoxStream};
use object_store::{
    Error, GetOptions, GetRange, GetResult, ObjectMeta, ObjectStore, ObjectStoreExt, PutPayload, Result,
    WriteMultipart, local::LocalFileSystem, path::Path,
};
use sha2::{Digest, Sha256};

use crate::id::hex;

/// The name of the mark that an upload is whole.
const COMPLETE: &str = "complete";
/// Parts of a multipart write under way at a time.
const WRITES_AT_A_TIME: usize = 2;

/// Where all files are.
pub struct Storage {
    store: Arc<dyn ObjectStore>,
}

/// A file that arrives, or has.
#[derive(Clone, Debug)]
pub struct Upload {
    /// Its parts without gaps, each with where it begins.
    parts: Vec<(u64, ObjectMeta)>,
    /// Bytes that are there without gaps.
    pub bytes: u64,
    /// Whether no more will follow.
    pub complete: bool,
}

impl Storage {
    /// In a local folder, made when missing.
    ///
    /// # Errors
    /// When the folder can't be made.
    pub fn local(folder: &FilePath) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder).with_context(|| format!("can't make the folder {}", folder.display()))?;
        let store = LocalFileSystem::new_with_prefix(folder)?.with_automatic_cleanup(true);
        Ok(Self { store: Arc::new(store) })
    }

    /// What has arrived of a file, `None` for nothing.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn upload(&self, id: &str, name: &str) -> Result<Option<Upload>> {
        let folder = upload_folder(id, name);
        let mut found: Vec<ObjectMeta> = self.store.list(Some(&folder)).try_collect().await?;
        found.sort_by(|a, b| a.location.cmp(&b.location));
        if found.is_empty() {
            return Ok(None);
        }
        let mut upload = Upload { parts: Vec::new(), bytes: 0, complete: false };
        for meta in found {
            match meta.location.filename() {
                Some(COMPLETE) => upload.complete = true,
                Some(name) if name.parse() == Ok(upload.bytes) => {
                    upload.bytes += meta.size;
                    upload.parts.push((upload.bytes - meta.size, meta));
                }
                _ => {}
            }
        }
        Ok(Some(upload))
    }

    /// Adds a part to a file.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn append(&self, id: &str, name: &str, offset: u64, bytes: Bytes, complete: bool) -> Result<()> {
        let folder = upload_folder(id, name);
        if !bytes.is_empty() {
            // Ten gigabytes' worth of digits, so that names sort as numbers do.
            self.store.put(&folder.clone().join(format!("{offset:011}")), bytes.into()).await?;
        }
        if complete {
            self.store.put(&folder.join(COMPLETE), PutPayload::new()).await?;
        }
        Ok(())
    }

    /// Forgets a file that arrived.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn delete_upload(&self, id: &str, name: &str) -> Result<()> {
        self.delete_below(&upload_folder(id, name)).await
    }

    /// Forgets all files that arrived for a project.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn delete_uploads(&self, id: &str) -> Result<()> {
        self.delete_below(&Path::from_iter(["uploads", id])).await
    }

    /// Bytes that have arrived for a project.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn uploaded_bytes(&self, id: &str) -> Result<u64> {
        let folder = Path::from_iter(["uploads", id]);
        self.store.list(Some(&folder)).try_fold(0, |sum, meta| async move { Ok(sum + meta.size) }).await
    }

    /// A range of a file that arrived; the range is within it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn read_range(&self, upload: &Upload, range: Range<u64>) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        for (from, meta) in &upload.parts {
            let (start, end) = (range.start.max(*from), range.end.min(from + meta.size));
            if start < end {
                bytes.extend_from_slice(&self.store.get_range(&meta.location, start - from..end - from).await?);
            }
        }
        Ok(bytes)
    }

    /// A whole file that arrived, part by part.
    pub fn read_parts<'a>(&'a self, upload: &'a Upload) -> BoxStream<'a, Result<Bytes>> {
        let parts = futures::stream::iter(&upload.parts);
        parts.then(|(_, meta)| async { self.store.get(&meta.location).await?.bytes().await }).boxed()
    }

    /// Copies a file that arrived, never holding more than a few parts in memory, and gives the SHA-256 of what was copied.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn copy_upload(&self, upload: &Upload, to: &Path) -> Result<String> {
        let mut write = WriteMultipart::new(self.store.put_multipart(to).await?);
        let mut parts = self.read_parts(upload);
        let mut hasher = Sha256::new();
        while let Some(part) = parts.next().await {
            let part = part?;
            hasher.update(&part);
            write.wait_for_capacity(WRITES_AT_A_TIME).await?;
            write.put(part);
        }
        write.finish().await?;
        Ok(hex(&hasher.finalize()))
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

    /// A range of a file, to be streamed.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn open(&self, path: &Path, range: Range<u64>) -> Result<GetResult> {
        let range = (!range.is_empty()).then_some(GetRange::Bounded(range));
        self.store.get_opts(path, GetOptions { range, ..GetOptions::default() }).await
    }

    /// Takes a project off the web: the tombstone first, so that the link never answers with nothing.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn bury(&self, id: &str) -> Result<()> {
        self.put(&published(id, "gone.html"), PutPayload::new()).await?;
        for name in ["index.html", "pending"] {
            self.delete(&published(id, name)).await?;
        }
        self.delete_below(&published(id, "v1")).await?;
        self.delete_below(&Path::from_iter(["originals", id])).await?;
        self.delete_uploads(id).await
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

    async fn delete_below(&self, folder: &Path) -> Result<()> {
        let found: Vec<ObjectMeta> = self.store.list(Some(folder)).try_collect().await?;
        for meta in found {
            self.delete(&meta.location).await?;
        }
        Ok(())
    }
}

fn upload_folder(id: &str, name: &str) -> Path {
    Path::from_iter(["uploads", id, name])
}

/// A published file of a project; `file` may name a version: `v1/targets.mind`.
#[must_use]
pub fn published(id: &str, file: &str) -> Path {
    Path::from_iter(["ar-storage", id].into_iter().chain(file.split('/')))
}

/// A photo as it was sent.
#[must_use]
pub fn original(id: &str, name: &str) -> Path {
    Path::from_iter(["originals", id, name])
}
