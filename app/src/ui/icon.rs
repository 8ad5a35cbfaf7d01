//! Small drawings of our own.

use leptos::prelude::*;

/// The drawings there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is named by what it draws")]
pub enum Glyph {
    Close,
    Card,
    Gear,
    LogOut,
    More,
    Page,
    People,
    Search,
    Tray,
}

impl Glyph {
    fn path(self) -> &'static str {
        match self {
            Self::Close => "M4 4l8 8M12 4l-8 8",
            Self::Card => "M1.5 3.5h13v9h-13zM1.5 6.5h13M4 10h3",
            Self::Gear => {
                "M8 5.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5zM8 1.5v2M8 12.5v2M1.5 8h2M12.5 8h2M3.4 3.4l1.4 1.4M11.2 \
                 11.2l1.4 1.4M3.4 12.6l1.4-1.4M11.2 4.8l1.4-1.4"
            }
            Self::LogOut => "M6.5 2.5h-4v11h4M10 5l3 3-3 3M13 8H6",
            Self::More => "M8 3.5h.01M8 8h.01M8 12.5h.01",
            Self::Page => "M3.5 1.5h6l3 3v10h-9zM9.5 1.5v3h3M6 8h4M6 11h4",
            Self::People => {
                "M6 2.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5zM1.5 13.5c0-2.5 2-4 4.5-4s4.5 1.5 4.5 4M10.5 2.7a2.5 2.5 0 \
                 0 1 0 4.6M12 9.8c1.5.5 2.5 1.8 2.5 3.7"
            }
            Self::Search => "M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.3 10.300l3.2 3.2",
            Self::Tray => "M1.5 9.500l2-6h9l2 6v4h-13zM1.5 9.500h4l1 2h3l1-2h4",
        }
    }
}

/// A drawing beside a word; it says nothing by itself.
#[component]
pub fn Icon(glyph: Glyph) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
            <path d=glyph.path()></path>
        </svg>
    }
}
