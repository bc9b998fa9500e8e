//! A frame takes no memory once all has been seen a few times.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::atomic::{AtomicUsize, Ordering},
};

use viewer_wasm::{
    engine::{Engine, Frame, State},
    image::PixelFormat,
};

use crate::photo::{compile, draw, frame};

/// Counts what a thread that asks for it takes.
struct Counting;

static TAKEN: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static COUNTS: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

fn count() {
    if COUNTS.try_with(std::cell::Cell::get).unwrap_or(false) {
        TAKEN.fetch_add(1, Ordering::Relaxed);
    }
}

// SAFETY: all is done by the system's allocator; counting takes no memory.
#[expect(unsafe_code, reason = "an allocator cannot be written otherwise")]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promise is handed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise is handed on.
        unsafe { System.dealloc(memory, layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: the caller's promise is handed on.
        unsafe { System.realloc(memory, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn frames_take_no_memory_after_the_first_ones() {
    let photo = draw(320, 240);
    let mut engine = Engine::new();
    engine.add(&compile(&photo)).expect("our own file");
    while engine.prepare() {}
    let empty = vec![90; 640 * 480];
    let show = |engine: &mut Engine, pixels: &[u8]| {
        let shown = Frame { pixels, width: 640, height: 480, format: PixelFormat::Gray8, time_ms: 0.0 };
        engine.process(&shown).iter().any(|pose| pose.state == State::Tracking)
    };
    // Seen, lost, and seen again: twice to warm up, once to be counted.
    let mut round = |counted: bool| {
        for step in 0..24 {
            let is_there = !(8..16).contains(&step);
            let pixels = if is_there { frame(&photo, 150 + step, 110) } else { empty.clone() };
            COUNTS.with(|counts| counts.set(counted));
            let seen = show(&mut engine, &pixels);
            COUNTS.with(|counts| counts.set(false));
            assert_eq!(seen, is_there, "step {step}");
        }
    };
    round(false);
    round(false);
    round(true);
    assert_eq!(TAKEN.load(Ordering::Relaxed), 0);
}
