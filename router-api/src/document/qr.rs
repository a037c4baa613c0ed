//! QR codes (ISO/IEC 18004), as squares that any renderer can draw.

use qrcode::types::Color;
use qrcode::{EcLevel, QrCode};

/// Light modules around a code: four, by the standard.
const QUIET: usize = 4;

/// The text does not fit into a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the text is too long for a QR code")]
pub(crate) struct QrError;

/// The modules of a code.
pub(crate) struct Modules {
    width: usize,
    dark: Vec<bool>,
}

/// Dark modules side by side, counted from the corner of the quiet zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) x: usize,
    pub(crate) y: usize,
    pub(crate) length: usize,
}

impl Modules {
    /// The code of a text. Level M: a sixth of it may be lost, as to a fold or a stain.
    ///
    /// # Errors
    /// When it is too long.
    pub(crate) fn new(text: &str) -> Result<Self, QrError> {
        let code = QrCode::with_error_correction_level(text, EcLevel::M).map_err(|_| QrError)?;
        Ok(Self { width: code.width(), dark: code.to_colors().into_iter().map(|color| color == Color::Dark).collect() })
    }

    /// Modules along one side, quiet zone included.
    pub(crate) const fn side(&self) -> usize {
        self.width + 2 * QUIET
    }

    /// The dark modules, line by line.
    pub(crate) fn dark_runs(&self) -> impl Iterator<Item = Run> + '_ {
        self.dark.chunks(self.width).enumerate().flat_map(|(y, line)| {
            let starts = (0..line.len()).filter(|x| line[*x] && (*x == 0 || !line[x - 1]));
            starts.map(move |x| Run { x: x + QUIET, y: y + QUIET, length: line[x..].iter().take_while(|dark| **dark).count() })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a camera would read.
    fn scanned(modules: &Modules) -> String {
        const SCALE: usize = 4;
        let side = modules.side();
        let mut dark = vec![false; side * side];
        for run in modules.dark_runs() {
            dark[run.y * side + run.x..][..run.length].fill(true);
        }
        let pixel = |x: usize, y: usize| if dark[(y / SCALE) * side + x / SCALE] { 0 } else { 255 };
        let mut image = rqrr::PreparedImage::prepare_from_greyscale(side * SCALE, side * SCALE, pixel);
        let grids = image.detect_grids();
        assert_eq!(grids.len(), 1);
        grids[0].decode().unwrap().1
    }

    #[test]
    fn what_is_drawn_is_what_a_camera_reads() {
        let hash = "0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060";
        for text in ["https://pay.example/r/0", &format!("https://pay.example/r/{}#chain=8453&tx={hash}&log=3&request={hash}", "ab".repeat(16))] {
            assert_eq!(scanned(&Modules::new(text).unwrap()), text);
        }
        assert!(Modules::new(&"x".repeat(5_000)).is_err());
    }
}
