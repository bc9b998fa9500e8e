//! What happens in each sequence: where the photo is at any time, and how it is lit and seen.

use std::f64::consts::TAU;

use crate::{
    case::{Case, FRAME_RATE, Sequence},
    geometry::{Camera, Homography, Point, Shake, View, project},
    motion::HandHeld,
    rng::Rng,
};

/// Tilts of the single views, in degrees, equally many of each.
pub const VIEW_TILTS_DEG: [u32; 5] = [0, 15, 30, 45, 60];

/// Share of the photo that must be in the frame for it to count as in view.
const IN_VIEW_MIN: f64 = 0.25;

/// How a frame is lit and taken.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shot {
    /// How long the shutter is open, in seconds, around the frame's time.
    pub exposure_s: f64,
    /// Light of a white surface, 1 is where the sensor saturates.
    pub level: f32,
    /// Photoelectrons of a channel of a pixel at saturation: the fewer, the more noise.
    pub electrons: f32,
    /// Radius of a point of light that is out of focus, in pixels.
    pub defocus_px: f32,
    /// Middle of the lamp's reflection, in photo coordinates.
    pub glare: Option<Point>,
    /// Share of the photo under a hand, 0 to 1.
    pub covered: Option<f64>,
}

/// The screenplay of a case.
#[derive(Clone, Debug)]
pub struct Script {
    sequence: Sequence,
    camera: Camera,
    aspect: f64,
    duration_s: f64,
    hand: HandHeld,
    /// What of the sequence is left to chance.
    chance: Chance,
}

#[derive(Clone, Copy, Debug)]
struct Chance {
    side: f64,
    tilt: f64,
    tilt_axis: f64,
    roll: f64,
    phase: f64,
    /// Of a single view.
    view: View,
    view_level: f32,
}

impl Script {
    /// Of a case.
    #[must_use]
    pub fn new(case: &Case) -> Self {
        let mut rng = case.rng().fork("script");
        let camera = case.camera();
        let strength = match case.sequence {
            Sequence::Static | Sequence::View => 0.0,
            Sequence::HandHeld | Sequence::LowLight | Sequence::NearDark | Sequence::Printed | Sequence::NoTarget => {
                1.0
            }
            // What else moves is enough.
            _ => 0.4,
        };
        let hand = HandHeld::new(&mut rng, strength);
        let chance = Chance {
            side: rng.sign(),
            tilt: rng.between(5.0, 20.0).to_radians(),
            tilt_axis: rng.angle(),
            roll: rng.between(-15.0, 15.0).to_radians(),
            phase: rng.angle(),
            view: random_view(case, &mut rng),
            view_level: rng.between(0.3, 1.0) as f32,
        };
        let duration_s = case.frames.max(2) as f64 / FRAME_RATE;
        Self { sequence: case.sequence, camera, aspect: case.aspect(), duration_s, hand, chance }
    }

    /// Through which camera.
    #[must_use]
    pub fn camera(&self) -> &Camera {
        &self.camera
    }

    /// The photo's height in its widths.
    #[must_use]
    pub fn aspect(&self) -> f64 {
        self.aspect
    }

    /// From photo to frame at a time in seconds, whatever photo it is.
    #[must_use]
    pub fn homography(&self, time_s: f64) -> Homography {
        let shake = if self.sequence == Sequence::Static { Shake::default() } else { self.hand.at(time_s) };
        project(&self.camera, &self.view(time_s), &shake, self.aspect)
    }

    /// From photo to frame in the middle of a frame's exposure; `None` when the photo isn't there.
    #[must_use]
    pub fn truth(&self, frame: usize) -> Option<Homography> {
        (self.sequence != Sequence::NoTarget).then(|| self.homography(frame as f64 / FRAME_RATE))
    }

    /// Whether enough of the photo is in the frame for an engine to be asked for it.
    #[must_use]
    pub fn in_view(&self, truth: &Homography) -> bool {
        const STEPS: usize = 20;
        let centre = |step: usize| (step as f64 + 0.5) / STEPS as f64;
        let points = (0..STEPS * STEPS).map(|index| [centre(index % STEPS), centre(index / STEPS)]);
        let seen = points.filter(|&point| self.camera.sees(truth.apply(point))).count();
        seen as f64 >= IN_VIEW_MIN * (STEPS * STEPS) as f64
    }

    /// How a frame is lit and taken.
    #[must_use]
    pub fn shot(&self, frame: usize) -> Shot {
        let time_s = frame as f64 / FRAME_RATE;
        let progress = time_s / self.duration_s;
        let Chance { phase, side, .. } = self.chance;
        // Automatic exposure is never quite at rest.
        let drift = if self.sequence == Sequence::Static { 0.0 } else { 0.04 * (TAU * 0.4 * time_s + phase).sin() };
        let day = Shot {
            exposure_s: 1.0 / 60.0,
            level: 0.9 + drift as f32,
            electrons: 3000.0,
            defocus_px: 0.0,
            glare: None,
            covered: None,
        };
        match self.sequence {
            Sequence::LowLight => Shot { exposure_s: 1.0 / 30.0, level: day.level * 0.3, electrons: 400.0, ..day },
            Sequence::NearDark => Shot { exposure_s: 1.0 / 30.0, level: day.level * 0.1, electrons: 150.0, ..day },
            Sequence::Focus => {
                // Out and back twice, each time by another way: hunting overshoots.
                let hunt = (1.0 - (TAU * 2.0 * progress).cos()) / 2.0;
                Shot { defocus_px: (hunt * (5.0 + 1.0 * (TAU * progress).sin())) as f32, ..day }
            }
            Sequence::Glare => {
                let swing = [0.4 * (TAU * progress + phase).sin(), 0.4 * (TAU * 1.5 * progress + side).sin()];
                Shot { glare: Some(swing.map(|offset| 0.5 + offset)), ..day }
            }
            Sequence::Occlusion => {
                let share = 0.5 * plateau(progress, 0.1, 0.45, 0.75, 0.95);
                Shot { covered: Some(share), ..day }
            }
            Sequence::View => Shot { level: day.level * self.chance.view_level, ..day },
            _ => day,
        }
    }

    fn view(&self, time_s: f64) -> View {
        let progress = time_s / self.duration_s;
        let Chance { side, tilt, tilt_axis, roll, phase, view, .. } = self.chance;
        let middle = View { centre: [0.5, 0.5], width_px: self.fit(0.75), tilt, tilt_axis, roll };
        match self.sequence {
            Sequence::SlowPan => {
                let way = smooth(progress) - 0.5;
                View { centre: [0.5 + side * 0.4 * way, 0.5 + 0.1 * way], width_px: self.fit(0.6), ..middle }
            }
            Sequence::FastPan => {
                // 0.22 of 640 px at 1 Hz: 29 px a frame at most. Starts at rest.
                let way = (1.0 - (TAU * time_s).cos()) / 2.0 - 0.5;
                View { centre: [0.5 + side * 0.44 * way, 0.5 + 0.1 * way], width_px: self.fit(0.6), ..middle }
            }
            Sequence::Tilt => {
                let tilt = 60_f64.to_radians() * plateau(progress, 0.05, 0.45, 0.6, 1.0);
                View { tilt, ..middle }
            }
            Sequence::Roll => View { roll: roll + side * TAU * smooth(progress), width_px: self.fit(0.65), ..middle },
            Sequence::Scale => {
                let share = 0.2_f64.powf(smooth(progress));
                View { width_px: share * self.camera.width as f64, tilt: tilt / 2.0, roll: roll / 2.0, ..middle }
            }
            Sequence::Enter => {
                let (way, come) = (smooth(progress / 0.6), smooth((progress - 0.2) / 0.8));
                let from = [0.5 + side * 0.7, 0.5 + 0.2 * phase.sin()];
                let centre = [0, 1].map(|axis| from[axis] + (0.5 - from[axis]) * way);
                let tilt = (45.0 - 25.0 * come).to_radians();
                View { centre, width_px: self.fit(0.3 + 0.3 * come), tilt, ..middle }
            }
            Sequence::PartlyOut => {
                // In a curve past one side of the frame: half of the photo is out, then back.
                let (away, along) = ((1.0 - (TAU * progress).cos()) / 2.0, (TAU * progress).sin());
                let centre = [0.5 + side * 0.36 * away, 0.5 + 0.2 * along];
                View { centre, ..middle }
            }
            Sequence::View => view,
            _ => middle,
        }
    }

    /// Width in pixels at which the photo takes a share of the frame that it just fits into.
    fn fit(&self, share: f64) -> f64 {
        fit(&self.camera, self.aspect, share)
    }
}

fn fit(camera: &Camera, aspect: f64, share: f64) -> f64 {
    share * (camera.width as f64).min(camera.height as f64 / aspect)
}

/// One of the single views: its tilt goes by its number, all else is random.
fn random_view(case: &Case, rng: &mut Rng) -> View {
    let share = rng.between(0.3_f64.ln(), 0.9_f64.ln()).exp();
    // The smaller, the further from the middle, but always inside.
    let room = (1.0 - share) * 0.4;
    View {
        centre: [rng.between(0.5 - room, 0.5 + room), rng.between(0.5 - room, 0.5 + room)],
        width_px: fit(&case.camera(), case.aspect(), share),
        tilt: f64::from(view_tilt_deg(case.seed)).to_radians(),
        tilt_axis: rng.angle(),
        roll: rng.angle(),
    }
}

/// Tilt of the single view with this seed, in degrees.
#[must_use]
pub fn view_tilt_deg(seed: u64) -> u32 {
    VIEW_TILTS_DEG[(seed % VIEW_TILTS_DEG.len() as u64) as usize]
}

/// From 0 to 1 without a jolt.
fn smooth(progress: f64) -> f64 {
    let x = progress.clamp(0.0, 1.0);
    x * x * (3.0 - 2.0 * x)
}

/// 0 until `rise`, 1 from `high` to `fall`, 0 again from `low`.
fn plateau(progress: f64, rise: f64, high: f64, fall: f64, low: f64) -> f64 {
    smooth((progress - rise) / (high - rise)) * (1.0 - smooth((progress - fall) / (low - fall)))
}
