//! Videos as far as their boxes tell: an index for each kind of coding, before and behind the media, and in fragments.

use mp4_atom::{
    Atom, Audio, Av01, Av1c, Avc1, Avcc, Codec, Dinf, Encode, Ftyp, Hdlr, Hvc1, Hvcc, Mdhd, Mdia, Mfhd, Minf, Moof,
    Moov, Mp3, Mvex, Mvhd, Stbl, Stsd, Stts, SttsEntry, Tfhd, Tkhd, Traf, Trak, Trex, Trun, TrunSamples, Visual, Vp09,
    VpcC,
};

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let codecs = [avc(77), avc(110), hevc(), av1(), vp9()];
    let mut seeds: Vec<Vec<u8>> =
        codecs.into_iter().map(|codec| [head(), encoded(&movie(codec, 90)), media()].concat()).collect();
    seeds.push([head(), media(), encoded(&movie(avc(77), 90))].concat());
    seeds.push(fragmented());
    seeds
}

fn movie(codec: Codec, frames: u32) -> Moov {
    let sound = Audio { data_reference_index: 1, channel_count: 2, sample_size: 16, sample_rate: 48_000.into() };
    let tracks = vec![track(1, b"vide", codec, frames), track(2, b"soun", Mp3 { audio: sound }.into(), frames)];
    Moov { mvhd: Mvhd { timescale: 1000, ..Mvhd::default() }, trak: tracks, ..Moov::default() }
}

fn track(track_id: u32, handler: &[u8; 4], codec: Codec, frames: u32) -> Trak {
    let entries = (frames > 0).then_some(SttsEntry { sample_count: frames, sample_delta: 512 });
    let stbl = Stbl {
        stsd: Stsd { codecs: vec![codec] },
        stts: Stts { entries: entries.into_iter().collect() },
        stco: Some(Default::default()),
        ..Stbl::default()
    };
    Trak {
        tkhd: Tkhd { track_id, enabled: true, width: 64.into(), height: 48.into(), ..Tkhd::default() },
        mdia: Mdia {
            mdhd: Mdhd { timescale: 15_360, ..Mdhd::default() },
            hdlr: Hdlr { handler: handler.into(), name: String::new() },
            minf: Minf { dinf: Dinf::default(), stbl, ..Minf::default() },
        },
        ..Trak::default()
    }
}

fn visual() -> Visual {
    Visual { data_reference_index: 1, width: 64, height: 48, ..Visual::default() }
}

fn avc(profile: u8) -> Codec {
    let avcc = Avcc {
        configuration_version: 1,
        avc_profile_indication: profile,
        avc_level_indication: 31,
        length_size: 4,
        sequence_parameter_sets: vec![vec![0x67, profile, 0, 31]],
        picture_parameter_sets: vec![vec![0x68, 0xee]],
        ..Avcc::default()
    };
    Avc1 { visual: visual(), avcc, ..Avc1::default() }.into()
}

fn hevc() -> Codec {
    let hvcc = Hvcc { general_profile_idc: 2, bit_depth_luma_minus8: 2, bit_depth_chroma_minus8: 2, ..Hvcc::new() };
    Hvc1 { visual: visual(), hvcc, ..Hvc1::default() }.into()
}

fn av1() -> Codec {
    Av01 { visual: visual(), av1c: Av1c { high_bitdepth: true, ..Av1c::default() }, ..Av01::default() }.into()
}

fn vp9() -> Codec {
    Vp09 { visual: visual(), vpcc: VpcC { bit_depth: 8, ..VpcC::default() }, ..Vp09::default() }.into()
}

fn fragmented() -> Vec<u8> {
    let mut movie = movie(avc(77), 0);
    let usual = Trex { track_id: 1, default_sample_duration: 512, ..Trex::default() };
    movie.mvex = Some(Mvex { mehd: None, trex: vec![usual] });
    let fragment = |count| {
        let samples = TrunSamples::Inherited { count, first_flags: None };
        let run = Trun { data_offset: None, samples };
        let track = Traf { tfhd: Tfhd { track_id: 1, ..Tfhd::default() }, trun: vec![run], ..Traf::default() };
        [encoded(&Moof { mfhd: Mfhd::default(), traf: vec![track] }), media()].concat()
    };
    [head(), encoded(&movie), fragment(30), fragment(15)].concat()
}

fn head() -> Vec<u8> {
    encoded(&Ftyp { major_brand: b"isom".into(), minor_version: 512, compatible_brands: vec![b"mp41".into()] })
}

fn media() -> Vec<u8> {
    b"\0\0\0\x18mdatsixteen bytes...".to_vec()
}

fn encoded(atom: &(impl Atom + Encode)) -> Vec<u8> {
    let mut bytes = Vec::new();
    atom.encode(&mut bytes).expect("memory takes every write");
    bytes
}
