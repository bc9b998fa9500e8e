//! Shows films to an engine.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use rustix::time::{ClockId, clock_gettime};

use crate::{
    case::{Case, FRAME_RATE},
    engine::{Answer, Engine, Viewing},
    film::Film,
    scene::{Album, Scene},
};

/// Makes an engine for a case in this scene.
pub type MakeEngine<'a> = dyn Fn(&Case, &Scene) -> anyhow::Result<Box<dyn Engine>> + Sync + 'a;

/// Shows every case to an engine of its own, several at a time on so many threads, and tells `done` of each. The answers
/// are in the order of the cases.
///
/// # Errors
/// A film or an engine can't be made.
pub fn run(
    cases: &[Case],
    album: &Album,
    threads: usize,
    make: &MakeEngine<'_>,
    done: &(dyn Fn(&Viewing) + Sync),
) -> anyhow::Result<Vec<Viewing>> {
    let next = AtomicUsize::new(0);
    let viewings = Mutex::new(Vec::with_capacity(cases.len()));
    let work = || -> anyhow::Result<()> {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(case) = cases.get(number) else { return Ok(()) };
            let viewing = view(case, album, make)?;
            done(&viewing);
            viewings.lock().expect("no thread panics while it pushes").push((number, viewing));
        }
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        threads.into_iter().try_for_each(|thread| thread.join().expect("a panic ends it all"))
    })?;
    let mut viewings = viewings.into_inner().expect("no thread panics while it pushes");
    viewings.sort_by_key(|(number, _)| *number);
    Ok(viewings.into_iter().map(|(_, viewing)| viewing).collect())
}

/// Shows one case. All frames are made first, so that making them takes nothing from the engine's caches.
fn view(case: &Case, album: &Album, make: &MakeEngine<'_>) -> anyhow::Result<Viewing> {
    let mut film = Film::new(case, album)?;
    let frames: Vec<Vec<u8>> = (0..case.frames).map(|frame| film.frame(frame)).collect();
    let mut engine = make(case, film.scene())?;
    let camera = case.camera();
    let answer = |(frame, gray): (usize, &Vec<u8>)| {
        let began = cpu_time();
        let poses = engine.process(gray, camera.width, camera.height, frame as f64 * 1000.0 / FRAME_RATE);
        Answer { poses, micros: (cpu_time() - began).as_secs_f64() * 1e6 }
    };
    let answers = frames.iter().enumerate().map(answer).collect();
    Ok(Viewing { case: case.clone(), answers })
}

/// What this thread has had of the processor.
fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    #[expect(clippy::cast_sign_loss, clippy::cast_possible_truncation, reason = "neither is negative")]
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}
