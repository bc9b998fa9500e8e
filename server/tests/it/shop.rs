//! A whole server in a folder of its own, and what a customer would send to it.

use std::{ops::ControlFlow, sync::Arc};

use app::model::{CreateProject, Finish, Fit, Problem, ProjectCreated, ProjectView, TargetManifest, UploadedFile};
use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, StatusCode, header},
};
use compiler_wasm::{bundle::join, compile::compile_photo, protocol::CompileOptions};
use http_body_util::BodyExt;
use image::{DynamicImage, ImageFormat, RgbImage};
use mp4_atom::{
    Avc1, Avcc, Dinf, Encode, Ftyp, Hdlr, Mdhd, Mdia, Minf, Moov, Mvhd, Stbl, Stsd, Stts, SttsEntry, Tkhd, Trak, Visual,
};
use serde::{Serialize, de::DeserializeOwned};
use server::{config::Config, router, runner, state::AppState};
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// A server without a socket.
pub(crate) struct Shop {
    pub(crate) folder: TempDir,
    pub(crate) state: Arc<AppState>,
    router: Router,
}

/// An answer, read to its end.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in {}", self.text()))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The stable code of a problem.
    pub(crate) fn code(&self) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.text());
        let problem: Problem = self.json();
        assert_eq!(problem.status, self.status.as_u16());
        problem.code
    }
}

impl Shop {
    pub(crate) async fn open() -> Self {
        // A name that would mean something else in a URL.
        let folder = tempfile::Builder::new().prefix("our data %41?#").tempdir().unwrap();
        Self::open_in(folder).await
    }

    /// With what is already in the folder.
    pub(crate) async fn open_in(folder: TempDir) -> Self {
        let mut config = Config::in_folder(folder.path().to_owned());
        config.public_url = Some("https://photos.example/".parse().unwrap());
        let state = Arc::new(AppState::open(&config, config.listen).await.unwrap());
        let router = router(Arc::clone(&state));
        Self { folder, state, router }
    }

    /// Starts the runners; they stop when the token is cancelled.
    pub(crate) fn start_runners(&self) -> CancellationToken {
        let stop = CancellationToken::new();
        drop(runner::start(&self.state, &stop));
        stop
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn get_with(&self, path: &str, name: &str, value: &str) -> Answer {
        self.send(Request::get(path).header(name, value).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn create(&self) -> ProjectCreated {
        let answer = self.post("/api/ar/projects", None, &CreateProject { name: "Summer".into() }).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
        answer.json()
    }

    pub(crate) async fn post(&self, path: &str, token: Option<&str>, body: &impl Serialize) -> Answer {
        let mut request = Request::post(path).header(header::CONTENT_TYPE, "application/json");
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        self.send(request.body(serde_json::to_vec(body).unwrap().into()).unwrap()).await
    }

    pub(crate) async fn patch(
        &self,
        project: &ProjectCreated,
        name: &str,
        offset: usize,
        bytes: &[u8],
        last: bool,
    ) -> Answer {
        let request = Request::patch(format!("/api/ar/projects/{}/files/{name}", project.id))
            .header(header::AUTHORIZATION, format!("Bearer {}", project.token))
            .header("upload-offset", offset)
            .header("upload-complete", if last { "?1" } else { "?0" });
        self.send(request.body(bytes.to_vec().into()).unwrap()).await
    }

    pub(crate) async fn upload(&self, project: &ProjectCreated, name: &str, bytes: &[u8]) -> UploadedFile {
        let answer = self.patch(project, name, 0, bytes, true).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{name}: {}", answer.text());
        described(name, bytes)
    }

    pub(crate) async fn finish(&self, project: &ProjectCreated, verb: &str, finish: &Finish) -> Answer {
        self.post(&format!("/api/ar/projects/{}/{verb}", project.id), Some(&project.token), finish).await
    }

    pub(crate) async fn project(&self, id: &str) -> ProjectView {
        self.get(&format!("/api/ar/projects/{id}")).await.json()
    }

    /// Uploads photos with the good video each, and says how to finish.
    pub(crate) async fn upload_album(&self, project: &ProjectCreated, photos: &[&[u8]]) -> Finish {
        let mut files = Vec::new();
        for (number, photo) in photos.iter().enumerate() {
            files.push(self.upload(project, &format!("photo-{number}"), photo).await);
            files.push(self.upload(project, &format!("video-{number}"), &video(90)).await);
        }
        Finish { targets: photos.iter().map(|_| target()).collect(), files }
    }

    /// An album of one photo, published as a browser would.
    pub(crate) async fn publish(&self) -> ProjectCreated {
        let project = self.create().await;
        let photo = photo(1);
        let mut finish = self.upload_album(&project, &[&photo]).await;
        finish.files.push(self.upload(&project, "targets.mind", &mind(&[&photo])).await);
        let answer = self.finish(&project, "complete", &finish).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        project
    }

    /// Follows a project's events until it is in a state that does not pass by itself.
    pub(crate) async fn wait_for_end(&self, id: &str) -> ProjectView {
        // The stream ends with such a state.
        let events = self.get(&format!("/api/ar/projects/{id}/events")).await.text();
        let last = events.lines().filter_map(|line| line.strip_prefix("data:")).next_back().unwrap().to_owned();
        serde_json::from_str(&last).unwrap()
    }
}

pub(crate) fn target() -> TargetManifest {
    TargetManifest { name: "The lake".into(), fit: Fit::Contain }
}

pub(crate) fn described(name: &str, bytes: &[u8]) -> UploadedFile {
    let digest = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    UploadedFile { name: name.into(), bytes: bytes.len() as u64, sha256: digest }
}

/// A picture full of detail, another one for each seed, as JPEG.
pub(crate) fn photo(seed: u32) -> Vec<u8> {
    let level = |x: u32, y: u32, part: u32| ((x / 9 * 7919 + y / 7 * 104_729 * seed + part * 31) % 251) as u8;
    let picture = RgbImage::from_fn(240, 180, |x, y| image::Rgb([level(x, y, 0), level(x, y, 1), level(x, y, 2)]));
    encode(&picture.into(), ImageFormat::Jpeg)
}

pub(crate) fn encode(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// What a browser would have compiled.
pub(crate) fn mind(photos: &[&[u8]]) -> Vec<u8> {
    let compile = |photo: &&[u8]| {
        compile_photo(photo, &CompileOptions::default(), &mut |_| ControlFlow::Continue(())).unwrap().mind
    };
    let minds: Vec<Vec<u8>> = photos.iter().map(compile).collect();
    join(&minds.iter().map(Vec::as_slice).collect::<Vec<_>>()).unwrap()
}

/// An H.264 video of so many frames, as far as its boxes tell.
pub(crate) fn video(frames: u32) -> Vec<u8> {
    let visual = Visual { data_reference_index: 1, width: 640, height: 480, ..Visual::default() };
    let avcc = Avcc {
        configuration_version: 1,
        avc_profile_indication: 77,
        avc_level_indication: 31,
        length_size: 4,
        sequence_parameter_sets: vec![vec![0x67, 77, 0, 31]],
        picture_parameter_sets: vec![vec![0x68, 0xee]],
        ..Avcc::default()
    };
    let entries = if frames == 0 { vec![] } else { vec![SttsEntry { sample_count: frames, sample_delta: 512 }] };
    let stbl = Stbl {
        stsd: Stsd { codecs: vec![Avc1 { visual, avcc, ..Avc1::default() }.into()] },
        stts: Stts { entries },
        stco: Some(Default::default()),
        ..Stbl::default()
    };
    let track = Trak {
        tkhd: Tkhd { track_id: 1, enabled: true, width: 640.into(), height: 480.into(), ..Tkhd::default() },
        mdia: Mdia {
            mdhd: Mdhd { timescale: 15_360, ..Mdhd::default() },
            hdlr: Hdlr { handler: b"vide".into(), name: String::new() },
            minf: Minf { dinf: Dinf::default(), stbl, ..Minf::default() },
        },
        ..Trak::default()
    };
    let movie = Moov { mvhd: Mvhd { timescale: 1000, ..Mvhd::default() }, trak: vec![track], ..Moov::default() };
    let mut bytes = Vec::new();
    Ftyp { major_brand: b"isom".into(), minor_version: 512, compatible_brands: vec![] }.encode(&mut bytes).unwrap();
    movie.encode(&mut bytes).unwrap();
    bytes.extend_from_slice(&[0, 0, 16, 8]);
    bytes.extend_from_slice(b"mdat");
    bytes.extend((0..4096u32).map(|index| (index % 251) as u8));
    bytes
}
