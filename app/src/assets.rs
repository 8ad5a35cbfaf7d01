//! Addresses of the built browser code and styles: their names carry a hash, so only the server knows them.

/// What a page's head needs to name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assets {
    /// The signed-in part's browser code.
    pub dashboard: Entry,
    /// The checkout's browser code.
    pub checkout: Entry,
    /// The signed-in part's stylesheet.
    pub style: String,
    /// The checkout's stylesheet itself, small enough to stand in the page.
    pub checkout_style: String,
}

/// One build for the browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The module that loads it.
    pub script: String,
    /// The code, handed to the module's default export.
    pub wasm: String,
}
