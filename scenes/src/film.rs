//! A case on film: its frames' pixels and their truth.

use crate::{
    case::Case,
    lens,
    picture::Light,
    render::{Canvas, render},
    rng::Rng,
    scene::{Album, Scene},
    script::Script,
    sensor::Sensor,
};

/// Makes the frames of a case.
#[derive(Clone, Debug)]
pub struct Film {
    script: Script,
    scene: Scene,
    sensor: Sensor,
    noise: Rng,
    canvas: Canvas,
    scratch: Vec<Light>,
}

impl Film {
    /// Of a case.
    ///
    /// # Errors
    /// The album lacks a photo that is needed.
    pub fn new(case: &Case, album: &Album) -> anyhow::Result<Self> {
        let (script, scene) = (Script::new(case), Scene::new(case, album)?);
        Ok(Self {
            script,
            scene,
            sensor: Sensor::default(),
            noise: case.rng(),
            canvas: Canvas::default(),
            scratch: Vec::new(),
        })
    }

    /// What lies before the camera.
    #[must_use]
    pub fn scene(&self) -> &Scene {
        &self.scene
    }

    /// Grey levels of a frame, row-major; the same whenever it is asked for.
    pub fn frame(&mut self, frame: usize) -> Vec<u8> {
        let shot = self.script.shot(frame);
        render(&self.scene, &self.script, frame, &shot, lens::margin(shot.defocus_px), &mut self.canvas);
        lens::defocus(&mut self.canvas, shot.defocus_px, &mut self.scratch);
        self.sensor.expose(&self.canvas, &shot, &mut self.noise.fork(&format!("noise {frame}")))
    }
}
