//! Photo in, bundle out, milliseconds by stage: `cargo run --release -p compiler-wasm --example compile PHOTO OUT.mind`.

use std::{env, error::Error, fs, ops::ControlFlow, time::Instant};

use compiler_wasm::{
    compile::compile_photo,
    protocol::{CompileOptions, Stage},
};

#[expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a program for the terminal, with a clock and files"
)]
fn main() -> Result<(), Box<dyn Error>> {
    let [photo, out] = <[String; 2]>::try_from(env::args().skip(1).collect::<Vec<_>>())
        .map_err(|_| "usage: compile PHOTO OUT.mind")?;
    let bytes = fs::read(photo)?;
    let mut stages: Vec<(Stage, f64)> = Vec::new();
    let mut current = (Stage::Decode, Instant::now());
    let mut leave = |(stage, since): (Stage, Instant)| {
        let ms = since.elapsed().as_secs_f64() * 1000.0;
        match stages.iter_mut().find(|(known, _)| *known == stage) {
            Some((_, total)) => *total += ms,
            None => stages.push((stage, ms)),
        }
    };
    let compiled = compile_photo(&bytes, &CompileOptions::default(), &mut |progress| {
        leave(current);
        current = (progress.stage, Instant::now());
        ControlFlow::Continue(())
    })?;
    leave(current);
    fs::write(out, &compiled.mind)?;
    for (stage, ms) in &stages {
        println!("{stage:?}: {ms:.1} ms");
    }
    println!(
        "all but decode: {:.1} ms",
        stages.iter().filter(|(stage, _)| *stage != Stage::Decode).map(|(_, ms)| ms).sum::<f64>()
    );
    println!(
        "{} features, {} tracking points, {} bytes",
        compiled.report.features,
        compiled.report.tracking_points,
        compiled.mind.len()
    );
    Ok(())
}
