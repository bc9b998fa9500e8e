//! A photo's compile from grey levels: a thumbnail, an old scan, and what a phone takes.

use std::{hint::black_box, ops::ControlFlow};

use compiler_wasm::{compile::compile_gray, plane::GrayImage, protocol::CompileOptions};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};

#[path = "../tests/it/drawing.rs"]
mod drawing;

fn compile(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("compile");
    group.sample_size(15);
    for (name, width, height) in [("0.25 MP", 512, 512), ("2.7 MP", 1654, 1654), ("12 MP", 4000, 3000)] {
        let image: GrayImage = drawing::drawn(width, height, 1);
        group.bench_with_input(BenchmarkId::from_parameter(name), &image, |bencher, image| {
            bencher.iter(|| {
                let options = CompileOptions::default();
                black_box(
                    compile_gray(image, &options, &mut |_| ControlFlow::Continue(()))
                        .is_ok_and(|it| it.report.features > 0),
                )
            });
        });
    }
    group.finish();
}

criterion_group!(benches, compile);
criterion_main!(benches);
