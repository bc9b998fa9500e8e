//! Files go by tus 1.0.0 (<https://tus.io/protocols/resumable-upload>): announced with their length, then sent in parts,
//! each with its checksum, from where the server says that they end.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};
use web_sys::Blob;

use super::{
    client::{Call, Client, Patience, SendError, number},
    media::read,
};
use crate::model::TUS_VERSION;

/// Bytes sent at a time: small enough to show progress on a slow line, and to lose little.
const PART_BYTES: f64 = 1024.0 * 1024.0;
const RESUMABLE: (&str, &str) = ("tus-resumable", TUS_VERSION);
const OCTETS: (&str, &str) = ("content-type", "application/offset+octet-stream");

/// A file, and where it goes.
pub(super) struct Upload<'a> {
    /// Where files of the project are announced.
    pub(super) files_url: &'a str,
    pub(super) token: &'a str,
    pub(super) name: &'a str,
    pub(super) blob: &'a Blob,
}

impl Upload<'_> {
    /// Sends what the server does not have yet, and gives the SHA-256 of all. `url` is where the bytes of this very file go,
    /// once it is announced.
    pub(super) async fn send(
        &self,
        client: &Client<'_>,
        url: &mut Option<String>,
        progress: &dyn Fn(f64),
    ) -> Result<String, SendError> {
        let size = self.blob.size();
        let mut whole = Whole::default();
        let mut patience = Patience::new();
        let mut there = self.find(client, url).await?;
        while there < size {
            progress(there);
            let part = self.read(there).await?;
            whole.take(there, &part);
            match self.append(client, url.as_deref().unwrap_or_default(), there, &part).await {
                Ok(offset) => {
                    there = offset;
                    patience = Patience::new();
                }
                Err(SendError { status: 409, offset: Some(offset), .. }) if offset != there => there = offset,
                Err(error) => {
                    client.wait(&mut patience, error).await?;
                    there = self.find(client, url).await?;
                }
            }
        }
        progress(size);
        // What an earlier try has sent was not read by this one.
        while whole.bytes < size {
            let at = whole.bytes;
            whole.take(at, &self.read(at).await?);
        }
        Ok(whole.hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// Where the upload goes on. Announces the file where that was not done, or the server has forgotten it.
    async fn find(&self, client: &Client<'_>, url: &mut Option<String>) -> Result<f64, SendError> {
        if let Some(url) = url {
            let call = Call { method: "HEAD", url, token: Some(self.token), headers: &[RESUMABLE], body: None };
            match client.request(&call).await {
                Ok(answer) if number(&answer, "upload-length") == Some(self.blob.size()) => return offset_of(&answer),
                Ok(_) | Err(SendError { status: 404 | 410, .. }) => {}
                Err(error) => return Err(error),
            }
        }
        let length = self.blob.size().to_string();
        let metadata = format!("filename {}", STANDARD.encode(self.name));
        let headers = &[RESUMABLE, ("upload-length", &length), ("upload-metadata", &metadata)];
        let call = Call { method: "POST", url: self.files_url, token: Some(self.token), headers, body: None };
        let answer = client.request(&call).await?;
        let location = answer.headers().get("location").ok().flatten();
        *url = Some(location.ok_or_else(|| SendError::lost("no location"))?);
        offset_of(&answer)
    }

    /// Sends a part, once, and gives where the next one begins.
    async fn append(&self, client: &Client<'_>, url: &str, offset: f64, part: &[u8]) -> Result<f64, SendError> {
        let offset = offset.to_string();
        let checksum = format!("sha256 {}", STANDARD.encode(Sha256::digest(part)));
        let headers = &[RESUMABLE, OCTETS, ("upload-offset", &offset), ("upload-checksum", &checksum)];
        let call = Call { method: "PATCH", url, token: Some(self.token), headers, body: Some(part) };
        offset_of(&client.once(&call).await?)
    }

    async fn read(&self, from: f64) -> Result<Vec<u8>, SendError> {
        let to = (from + PART_BYTES).min(self.blob.size());
        read(self.blob, from, to).await.map_err(|_| SendError::unreadable(self.name))
    }
}

fn offset_of(response: &web_sys::Response) -> Result<f64, SendError> {
    number(response, "upload-offset").ok_or_else(|| SendError::lost("no offset"))
}

/// Digests a file's parts in order, though they may come twice and be cut anew.
#[derive(Default)]
struct Whole {
    hasher: Sha256,
    /// How many have been digested.
    bytes: f64,
}

impl Whole {
    /// Takes what is new of a part that begins at `from`; nothing where something before it is missing.
    fn take(&mut self, from: f64, part: &[u8]) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole numbers; a part is small")]
        let known = (self.bytes - from) as usize;
        if from <= self.bytes
            && let Some(new) = part.get(known..)
        {
            self.hasher.update(new);
            #[expect(clippy::cast_precision_loss, reason = "a part is small")]
            let count = new.len() as f64;
            self.bytes += count;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_that_come_twice_are_digested_once() {
        let bytes: Vec<u8> = (0..100).collect();
        let mut whole = Whole::default();
        for (from, to) in [(0, 40), (0, 40), (20, 60), (70, 80), (60, 100), (0, 10)] {
            whole.take(f64::from(u32::try_from(from).unwrap()), &bytes[from..to]);
        }
        assert_eq!(whole.bytes, 100.0);
        assert_eq!(whole.hasher.finalize(), Sha256::digest(&bytes));
    }
}
