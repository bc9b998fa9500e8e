//! How much memory something takes at its peak, so that bytes which only promise much are told from bytes that are much.

use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// Does some work and holds its peak, beyond what was there before, against the most it may take. Nothing else may run meanwhile.
pub(crate) fn within<T>(most_bytes: usize, work: impl FnOnce() -> T) -> T {
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    let done = work();
    let taken = ALLOCATOR.peak_usage().saturating_sub(before);
    assert!(taken <= most_bytes, "{taken} bytes of memory taken, at most {most_bytes} expected");
    done
}
