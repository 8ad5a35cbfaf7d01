//! The encodings in which programs write text files: which ones are read, and what people call them.

use crate::error::Error;
use serde::{Deserialize, Serialize};

macro_rules! encodings {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $label:literal;)*) => {
        /// How the characters of a file are written as bytes.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum TextEncoding {
            $($(#[$doc])* #[serde(rename = $word)] $name,)*
        }

        impl TextEncoding {
            /// Every encoding, in the order of the choice.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The word in forms, in the database and on the command line: the name that the WHATWG Encoding Standard gives it.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)*
                }
            }

            /// The words on the screen.
            pub const fn label(self) -> &'static str {
                match self {
                    $(Self::$name => $label,)*
                }
            }
        }
    };
}

encodings! {
    /// What most programs write today; plain ASCII is a part of it.
    #[default]
    Utf8 = "utf-8", "Unicode (UTF-8)";
    /// Excel's "Unicode text".
    Utf16Le = "utf-16le", "Unicode (UTF-16)";
    /// The same with the bytes the other way round.
    Utf16Be = "utf-16be", "Unicode (UTF-16, big-endian)";
    /// Windows in Western Europe and America.
    Windows1252 = "windows-1252", "Western European (Windows-1252)";
    /// Older Macs.
    MacRoman = "macintosh", "Western European (Mac Roman)";
    /// Older Unix programs.
    Latin9 = "iso-8859-15", "Western European (ISO 8859-15)";
    /// Windows in Central Europe.
    Windows1250 = "windows-1250", "Central European (Windows-1250)";
    /// Older Unix programs.
    Latin2 = "iso-8859-2", "Central European (ISO 8859-2)";
    /// Older Unix programs.
    Latin4 = "iso-8859-4", "Baltic (ISO 8859-4)";
    /// Windows in the Baltic states.
    Windows1257 = "windows-1257", "Baltic (Windows-1257)";
    /// Older Unix programs.
    Latin7 = "iso-8859-13", "Baltic (ISO 8859-13)";
    /// Windows with Cyrillic letters.
    Windows1251 = "windows-1251", "Cyrillic (Windows-1251)";
    /// Older Unix programs in Russia.
    Koi8R = "koi8-r", "Cyrillic (KOI8-R)";
    /// Older Unix programs in Ukraine.
    Koi8U = "koi8-u", "Cyrillic (KOI8-U)";
    /// DOS with Cyrillic letters.
    Ibm866 = "ibm866", "Cyrillic (DOS 866)";
    /// Older Unix programs.
    Iso5 = "iso-8859-5", "Cyrillic (ISO 8859-5)";
    /// Older Macs with Cyrillic letters.
    MacCyrillic = "x-mac-cyrillic", "Cyrillic (Mac)";
    /// Windows in Greece.
    Windows1253 = "windows-1253", "Greek (Windows-1253)";
    /// Older Unix programs.
    Iso7 = "iso-8859-7", "Greek (ISO 8859-7)";
    /// Windows in Turkey.
    Windows1254 = "windows-1254", "Turkish (Windows-1254)";
    /// Windows in Israel.
    Windows1255 = "windows-1255", "Hebrew (Windows-1255)";
    /// Older Unix programs.
    Iso8 = "iso-8859-8", "Hebrew (ISO 8859-8)";
    /// The same, with the letters in the order in which they are read.
    Iso8I = "iso-8859-8-i", "Hebrew (ISO 8859-8-I)";
    /// Windows with Arabic letters.
    Windows1256 = "windows-1256", "Arabic (Windows-1256)";
    /// Older Unix programs.
    Iso6 = "iso-8859-6", "Arabic (ISO 8859-6)";
    /// Windows in Vietnam.
    Windows1258 = "windows-1258", "Vietnamese (Windows-1258)";
    /// Windows in Thailand.
    Windows874 = "windows-874", "Thai (Windows-874)";
    /// Windows in Japan.
    ShiftJis = "shift_jis", "Japanese (Shift-JIS)";
    /// Older Unix programs in Japan.
    EucJp = "euc-jp", "Japanese (EUC-JP)";
    /// Older mail programs in Japan.
    Iso2022Jp = "iso-2022-jp", "Japanese (ISO-2022-JP)";
    /// Windows in China; GBK is a part of it.
    Gb18030 = "gb18030", "Simplified Chinese (GBK, GB18030)";
    /// Windows in Taiwan and Hong Kong.
    Big5 = "big5", "Traditional Chinese (Big5)";
    /// Windows in Korea.
    EucKr = "euc-kr", "Korean (EUC-KR)";
}

impl std::str::FromStr for TextEncoding {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::ALL.iter().copied().find(|encoding| encoding.as_str() == text).ok_or(Error::Malformed)
    }
}
