//! Finishing requests, right and wrong, and the request that begins a project.

use app::model::{CreateProject, Finish, Fit, TargetManifest, UploadedFile};

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for (targets, has_mind) in [(1, true), (1, false), (2, true), (2, false), (0, false)] {
        let mut request = finish(targets, has_mind);
        seeds.push(json(&request));
        request.files.pop();
        request.replaces = 3;
        seeds.push(json(&request));
    }
    seeds.push(json(&CreateProject { name: "Été à la mer 🌊".to_owned() }));
    seeds
}

fn finish(targets: usize, has_mind: bool) -> Finish {
    let file = |name: String| UploadedFile { name, bytes: 1000, sha256: "0123456789abcdef".repeat(4) };
    let target = |number: usize| TargetManifest {
        name: "Lake \"Léman\"".to_owned(),
        fit: [Fit::Contain, Fit::Cover, Fit::Fill, Fit::Exact][number % 4],
    };
    let names = (0..targets).flat_map(|number| [format!("photo-{number}"), format!("video-{number}")]);
    let names = names.chain(has_mind.then(|| "targets.mind".to_owned()));
    Finish { targets: (0..targets).map(target).collect(), files: names.map(file).collect(), replaces: 0 }
}

fn json(request: &impl serde::Serialize) -> Vec<u8> {
    serde_json::to_vec(request).expect("a request is JSON")
}
