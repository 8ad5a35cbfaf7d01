//! QR codes as the outline of their dark squares.

use app::payment_links::QrCode;
use fast_qr::qr::QRBuilder;
use std::fmt::Write as _;

/// Squares of calm around the code, as its standard asks.
const QUIET_ZONE: usize = 4;

/// The code of an address; none when it is too long for one.
pub fn code(address: &str) -> Option<QrCode> {
    let code = QRBuilder::new(address).build().ok()?;
    let mut path = String::new();
    for row in 0..code.size {
        for column in 0..code.size {
            if code[row][column].value() {
                write!(path, "M{} {}h1v1h-1z", column + QUIET_ZONE, row + QUIET_ZONE).ok()?;
            }
        }
    }
    Some(QrCode { size: u32::try_from(code.size + 2 * QUIET_ZONE).ok()?, path })
}
