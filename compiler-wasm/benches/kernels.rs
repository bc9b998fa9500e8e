//! The stages of a compile, each by itself, on a drawn picture of 2.7 MP.

use std::hint::black_box;

use compiler_wasm::{
    cluster::build_cluster_tree,
    extrema::find_extrema,
    feature::describe,
    protocol::Upscaling,
    pyramid::Pyramid,
    resize::{resize, tracking_scales},
    template::select_templates,
};
use criterion::{Criterion, criterion_group, criterion_main};

#[path = "../tests/it/drawing.rs"]
mod drawing;

fn kernels(criterion: &mut Criterion) {
    let image = drawing::drawn(1654, 1654, 1);
    let mut pyramid = Pyramid::default();
    pyramid.build(&image);
    let extrema = find_extrema(&pyramid);
    let features = describe(&pyramid, &extrema);
    let tracking = resize(&image, tracking_scales(image.min_side())[0], Upscaling::Exact);

    let mut again = Pyramid::default();
    criterion
        .bench_function("resize to 0.63", |bencher| bencher.iter(|| resize(black_box(&image), 0.63, Upscaling::Exact)));
    criterion.bench_function("pyramid", |bencher| bencher.iter(|| again.build(black_box(&image))));
    criterion.bench_function("extrema", |bencher| bencher.iter(|| find_extrema(black_box(&pyramid))));
    criterion.bench_function("describe", |bencher| bencher.iter(|| describe(black_box(&pyramid), &extrema)));
    criterion.bench_function("cluster", |bencher| bencher.iter(|| build_cluster_tree(black_box(&features.maxima))));
    criterion.bench_function("template", |bencher| bencher.iter(|| select_templates(black_box(&tracking))));
}

criterion_group!(benches, kernels);
criterion_main!(benches);
